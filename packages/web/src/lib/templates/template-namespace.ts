// The names that templates know besides what `render` gives them (WEB-74). Tornado's spelling and ours.
import type { HTTPServerRequest } from '@typhoon/httpserver';
import type { HandlerLocale } from '../locale/handler-locale.ts';
import type { PageNames } from '../ui/page-modules.ts';

/** All that templates may ask of a handler. */
export interface TemplateSubject {
  readonly request: HTTPServerRequest;
  readonly currentUser: unknown;
  readonly locale: HandlerLocale;
  readonly ui: PageNames | null;
  staticUrl(path: string, options?: object): string;
  reverseUrl(name: string, ...args: readonly unknown[]): string;
  xsrfFormHtml(): string;
}

/** The namespace of one request; user and language are asked for only if a template is. */
export function templateNamespace(handler: TemplateSubject): Record<string, unknown> {
  const staticUrl = handler.staticUrl.bind(handler);
  const reverseUrl = handler.reverseUrl.bind(handler);
  const xsrfFormHtml = handler.xsrfFormHtml.bind(handler);
  const names = {
    handler,
    request: handler.request,
    get current_user(): unknown {
      return handler.currentUser;
    },
    get currentUser(): unknown {
      return handler.currentUser;
    },
    get locale(): HandlerLocale {
      return handler.locale;
    },
    _: (...args: Parameters<HandlerLocale['translate']>): string =>
      handler.locale.translate(...args),
    pgettext: (...args: Parameters<HandlerLocale['pgettext']>): string =>
      handler.locale.pgettext(...args),
    static_url: staticUrl,
    staticUrl,
    reverse_url: reverseUrl,
    reverseUrl,
    xsrf_form_html: xsrfFormHtml,
    xsrfFormHtml,
  };
  return mergeNames(names, handler.ui ?? {});
}

/** `base` with `more` on top; what is computed in `base` is so when it is asked for, as long as nothing has taken its place. */
export function mergeNames(base: Record<string, unknown>, more: object): Record<string, unknown> {
  const entries: [string, unknown][] = Object.entries(more);
  if (entries.length === 0) return base;
  const names = Object.create(null, Object.getOwnPropertyDescriptors(base)) as Record<
    string,
    unknown
  >;
  for (const [name, value] of entries) {
    Object.defineProperty(names, name, { value, ...DATA_PROPERTY });
  }
  return names;
}

const DATA_PROPERTY = { writable: true, enumerable: true, configurable: true };
