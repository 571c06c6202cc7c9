// Puts what a page's modules need into the page (WEB-76). Owns: what goes where, in which order.
// Must not know: how the tags look.
import { toBuffer } from '../octets.ts';
import { WebError } from '../errors/web-error.ts';
import type { PageParts } from './page-modules.ts';

/** Makes the tags. */
export interface ResourceRenderer {
  renderLinkedJs(files: readonly string[]): string | Uint8Array;
  renderEmbedJs(parts: readonly (string | Uint8Array)[]): string | Uint8Array;
  renderLinkedCss(files: readonly string[]): string | Uint8Array;
  renderEmbedCss(parts: readonly (string | Uint8Array)[]): string | Uint8Array;
}

type Text = string | Uint8Array;

/**
 * The page, with scripts before its last `</body>`, styles and heads before its first `</head>`, bodies before its first
 * `</body>`.
 * @throws WebError `ERR_PAGE` for a page without a tag that something has to go before.
 */
export function insertResources(
  page: Buffer,
  modules: readonly PageParts[],
  renderer: ResourceRenderer,
): Buffer {
  const scripts = modules.flatMap((module) => module.javascriptFiles() ?? []);
  const embeddedScripts = present(modules, (module) => module.embeddedJavascript());
  const styles = modules.flatMap((module) => module.cssFiles() ?? []);
  const embeddedStyles = present(modules, (module) => module.embeddedCss());
  const heads = present(modules, (module) => module.htmlHead());
  const bodies = present(modules, (module) => module.htmlBody());
  let html = page;
  if (scripts.length > 0) html = atBodyEnd(html, renderer.renderLinkedJs(scripts));
  if (embeddedScripts.length > 0) html = atBodyEnd(html, renderer.renderEmbedJs(embeddedScripts));
  if (styles.length > 0) html = before(html, '</head>', renderer.renderLinkedCss(styles));
  if (embeddedStyles.length > 0) {
    html = before(html, '</head>', renderer.renderEmbedCss(embeddedStyles));
  }
  if (heads.length > 0) html = before(html, '</head>', Buffer.concat(heads.map(toBuffer)));
  if (bodies.length > 0) html = before(html, '</body>', Buffer.concat(bodies.map(toBuffer)));
  return html;
}

function present(
  modules: readonly PageParts[],
  partOf: (module: PageParts) => Text | null,
): Text[] {
  return modules.map(partOf).filter((part): part is Text => part !== null && part.length > 0);
}

function before(page: Buffer, tag: string, text: Text): Buffer {
  return inserted(page, page.indexOf(tag), tag, text);
}

function atBodyEnd(page: Buffer, text: Text): Buffer {
  return inserted(page, page.lastIndexOf('</body>'), '</body>', text);
}

function inserted(page: Buffer, at: number, tag: string, text: Text): Buffer {
  if (at < 0) {
    throw new WebError('ERR_PAGE', `the page has no ${tag}, before which its modules' parts go`);
  }
  return Buffer.concat([page.subarray(0, at), toBuffer(text), NEWLINE, page.subarray(at)]);
}

const NEWLINE = Buffer.from('\n');
