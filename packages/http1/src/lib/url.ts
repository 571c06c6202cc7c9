// URLs split and joined without changing them: no dot-segment, percent, case or port processing but what RFC 3986 §5.2
// wants of a reference (PYS-5, PYS-6). The WHATWG URL class rewrites what a server must see as it was sent.

/** A URL's parts, as they stand in it; absent ones are empty. */
export interface SplitUrl {
  /** In lower case. */
  readonly scheme: string;
  /** User information, host and port. */
  readonly authority: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** RFC 3986 appendix B, with the scheme's own grammar. What is absent is not the same as what is empty. */
interface Parts {
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string | undefined;
  readonly fragment: string | undefined;
}

const PARTS =
  /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

function partsOf(url: string): Parts {
  const [, scheme, authority, path = '', query, fragment] = PARTS.exec(url) ?? [];
  return { scheme, authority, path, query, fragment };
}

/** Splits by RFC 3986 appendix B. */
export function urlSplit(url: string): SplitUrl {
  const { scheme = '', authority = '', path, query = '', fragment = '' } = partsOf(url);
  return { scheme: scheme.toLowerCase(), authority, path, query, fragment };
}

/** Resolves a reference against a base: RFC 3986 §5.2. An absolute reference is returned as it is. */
export function urlJoin(base: string, reference: string): string {
  const to = partsOf(reference);
  if (to.scheme !== undefined) return reference;
  const from = partsOf(base);
  const { scheme } = from;
  const { fragment } = to;
  if (to.authority !== undefined) return recompose({ ...to, scheme });
  const { authority } = from;
  if (to.path === '') {
    return recompose({
      scheme,
      authority,
      path: from.path,
      query: to.query ?? from.query,
      fragment,
    });
  }
  const path = removeDotSegments(to.path.startsWith('/') ? to.path : mergePaths(from, to.path));
  return recompose({ scheme, authority, path, query: to.query, fragment });
}

/** RFC 3986 §5.2.3. */
function mergePaths(from: Parts, path: string): string {
  if (from.authority !== undefined && from.path === '') return `/${path}`;
  return from.path.slice(0, from.path.lastIndexOf('/') + 1) + path;
}

/** RFC 3986 §5.2.4. Of a path that does not begin at the root, dots that lead out of it are dropped. */
function removeDotSegments(path: string): string {
  const isRooted = path.startsWith('/');
  const segments = path.split('/');
  if (isRooted) segments.shift();
  const out: string[] = [];
  segments.forEach((segment, at) => {
    if (segment === '..') out.pop();
    if (segment !== '.' && segment !== '..') out.push(segment);
    else if (at === segments.length - 1) out.push('');
  });
  const joined = out.join('/');
  return isRooted ? `/${joined}` : joined;
}

/** RFC 3986 §5.3. */
function recompose({ scheme, authority, path, query, fragment }: Parts): string {
  let url = scheme === undefined ? '' : `${scheme.toLowerCase()}:`;
  if (authority !== undefined) url += `//${authority}`;
  url += path;
  if (query !== undefined) url += `?${query}`;
  return fragment === undefined ? url : `${url}#${fragment}`;
}

/** HTU-34: `host:port`; brackets are kept, the port is null where there is none. */
export function splitHostAndPort(authority: string): [host: string, port: number | null] {
  const match = /^(.+):(\d+)$/.exec(authority);
  return match === null ? [authority, null] : [match[1] ?? '', Number(match[2])];
}
