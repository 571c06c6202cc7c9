// The modules that are always there (WEB-80).
import { linkify, type LinkifyOptions } from '@typhoon/escape';
import { TemplateModule } from './template-module.ts';
import { UIModule } from './ui-module.ts';
import type { PageModuleClass } from './page-modules.ts';

/** `{% module linkify(text) %}`: text with its addresses as links. */
class LinkifyModule extends UIModule {
  override render(text: string | Uint8Array, options: LinkifyOptions = {}): string {
    return linkify(text, options);
  }
}

/** `{% module xsrf_form_html() %}`. */
class XsrfFormModule extends UIModule {
  override render(): string {
    return this.handler.xsrfFormHtml();
  }
}

/** By name; the application's own come on top. */
export const builtInModules: ReadonlyMap<string, PageModuleClass> = new Map<
  string,
  PageModuleClass
>([
  ['linkify', LinkifyModule],
  ['xsrf_form_html', XsrfFormModule],
  ['xsrfFormHtml', XsrfFormModule],
  ['Template', TemplateModule],
]);
