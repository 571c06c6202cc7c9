// URLs split and joined without changing them: no dot-segment, percent, case or port processing (PYS-5, PYS-6, SHC-5).

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

const PARTS =
  /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** Splits by RFC 3986 appendix B. */
export function urlSplit(url: string): SplitUrl {
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] =
    PARTS.exec(url) ?? [];
  return { scheme: scheme.toLowerCase(), authority, path, query, fragment };
}

/** Resolves a reference against a base: RFC 3986 §5.2. An absolute reference is returned as it is. */
export function urlJoin(base: string, reference: string): string {
  const [, scheme, authority, path = '', query, fragment] = PARTS.exec(reference) ?? [];
  if (scheme !== undefined) return reference;
  const from = urlSplit(base);
  const tail = fragment === undefined ? '' : `#${fragment}`;
  if (authority !== undefined) {
    return `${from.scheme}://${authority}${path}${query === undefined ? '' : `?${query}`}${tail}`;
  }
  const root = `${from.scheme}://${from.authority}`;
  if (path === '') {
    const kept = query ?? (from.query === '' ? undefined : from.query);
    return `${root}${from.path}${kept === undefined ? '' : `?${kept}`}${tail}`;
  }
  const merged = path.startsWith('/') ? path : from.path.replace(/[^/]*$/, '') + path;
  const absolute = removeDotSegments(merged.startsWith('/') ? merged : `/${merged}`);
  return `${root}${absolute}${query === undefined ? '' : `?${query}`}${tail}`;
}

/** RFC 3986 §5.2.4. */
function removeDotSegments(path: string): string {
  const out: string[] = [];
  const segments = path.split('/').slice(1);
  segments.forEach((segment, at) => {
    const isLast = at === segments.length - 1;
    if (segment === '..') out.pop();
    if (segment !== '.' && segment !== '..') out.push(segment);
    else if (isLast) out.push('');
  });
  return `/${out.join('/')}`;
}

/** HTU-34: `host:port`; brackets are kept, the port is null where there is none. */
export function splitHostAndPort(authority: string): [host: string, port: number | null] {
  const match = /^(.+):(\d+)$/.exec(authority);
  return match === null ? [authority, null] : [match[1] ?? '', Number(match[2])];
}
