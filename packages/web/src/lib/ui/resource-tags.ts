// The tags of scripts and styles that modules need (WEB-77).
import { xhtmlEscape } from '@typhoon/escape';
import { toBuffer } from '../octets.ts';
import { isAbsolute } from '../static/is-absolute.ts';

/** Tags of linked scripts. @param staticUrl Makes the path of a static file. */
export function linkedJs(files: readonly string[], staticUrl: (path: string) => string): string {
  return hrefs(files, staticUrl)
    .map((href) => `<script src="${href}" type="text/javascript"></script>`)
    .join('');
}

/** The tag of scripts in the page. */
export function embeddedJs(parts: readonly (string | Uint8Array)[]): string {
  return `<script type="text/javascript">\n//<![CDATA[\n${joined(parts)}\n//]]>\n</script>`;
}

/** Tags of linked styles. @param staticUrl Makes the path of a static file. */
export function linkedCss(files: readonly string[], staticUrl: (path: string) => string): string {
  return hrefs(files, staticUrl)
    .map((href) => `<link href="${href}" type="text/css" rel="stylesheet"/>`)
    .join('');
}

/** The tag of styles in the page. */
export function embeddedCss(parts: readonly (string | Uint8Array)[]): string {
  return `<style type="text/css">\n${joined(parts)}\n</style>`;
}

/** Each once, in the order of their first use. */
function hrefs(files: readonly string[], staticUrl: (path: string) => string): string[] {
  const paths = files.map((path) => (isAbsolute(path) ? path : staticUrl(path)));
  return Array.from(new Set(paths), (path) => xhtmlEscape(path));
}

function joined(parts: readonly (string | Uint8Array)[]): string {
  return parts.map((part) => toBuffer(part).toString()).join('\n');
}
