// Text to HTML with links. Owns: which of the found links are made, and how they look.
import { findLinks } from './link-scanner.ts';
import { xhtmlEscape } from './xhtml.ts';

import type { FoundLink } from './link-scanner.ts';

/** Options of {@link linkify}. */
export interface LinkifyOptions {
  /** Show long links shortened, with the whole one as title. Default false. */
  readonly shorten?: boolean;
  /** Attributes for the link's tag, or what makes them from the (escaped) href. Taken as HTML: yours to escape. */
  readonly extraParams?: string | ((href: string) => string);
  /** Leave `www.example.com` without scheme alone. Default false. */
  readonly requireProtocol?: boolean;
  /** Schemes that are linked, in the case given. Default `http`, `https`. */
  readonly permittedProtocols?: readonly string[];
}

const DEFAULTS = {
  shorten: false,
  extraParams: '',
  requireProtocol: false,
  permittedProtocols: ['http', 'https'],
} satisfies Required<LinkifyOptions>;

/** Escapes text for HTML and turns the URLs in it into links, in linear time (ESC-11 to 15). Bytes are read as UTF-8. */
export function linkify(text: string | Uint8Array, options: LinkifyOptions = {}): string {
  const resolved: Required<LinkifyOptions> = { ...DEFAULTS, ...options };
  const escaped = xhtmlEscape(text);
  let out = '';
  let from = 0;
  for (const link of findLinks(escaped)) {
    if (!isWanted(link, resolved)) continue;
    out += escaped.slice(from, link.start) + makeLink(escaped, link, resolved);
    from = link.end;
  }
  return out + escaped.slice(from);
}

function isWanted({ scheme }: FoundLink, options: Required<LinkifyOptions>): boolean {
  return scheme === null ? !options.requireProtocol : options.permittedProtocols.includes(scheme);
}

function makeLink(escaped: string, link: FoundLink, options: Required<LinkifyOptions>): string {
  const url = escaped.slice(link.start, link.end);
  const href = link.scheme === null ? `http://${url}` : url;
  const { extraParams, shorten } = options;
  const extra = (typeof extraParams === 'string' ? extraParams : extraParams(href)).trim();
  const shown = shorten ? shortened(url, link.hostStart - link.start) : url;
  const title = shown === url ? '' : ` title="${href}"`;
  return `<a href="${href}"${extra === '' ? '' : ` ${extra}`}${title}>${shown}</a>`;
}

const LONG = 30;
const TOO_LONG = 45;

/** The URL in short, or as it is if that is not longer (ESC-14). */
function shortened(url: string, hostStart: number): string {
  if (url.length <= LONG) return url;
  const [host = '', segment] = url.slice(hostStart).split('/', 2);
  let short = url;
  if (segment !== undefined) {
    const beginning = /^[^?.]*/.exec(segment.slice(0, 8))?.[0] ?? '';
    short = `${url.slice(0, hostStart)}${host}/${beginning}`;
  }
  if (short.length > TOO_LONG) short = short.slice(0, LONG);
  if (short === url) return url;
  short = `${withoutHalves(short)}...`;
  return short.length < url.length ? short : url;
}

/** Cuts off what the cut may have left at the end: half an entity, half a surrogate pair. */
function withoutHalves(text: string): string {
  return text.replace(/&[^;]*$|[\ud800-\udbff]$/, '');
}
