// The names that templates know besides what `render` gives them (WEB-74). Tornado's spelling and ours.
// HOT: `pnpm bench web`, page
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

/** The namespace of one request, with `more` on top; user and language are asked for only if a template does. */
export function templateNamespace(
  handler: TemplateSubject,
  more: object = {},
): Record<string, unknown> {
  const staticUrl = handler.staticUrl.bind(handler);
  const reverseUrl = handler.reverseUrl.bind(handler);
  const xsrfFormHtml = handler.xsrfFormHtml.bind(handler);
  const names: Record<string, unknown> = {
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
  addNames(names, handler.ui ?? {});
  addNames(names, more);
  return names;
}

/** Those that are computed when they are asked for: they cannot be assigned to. `__proto__` is no property at all. */
const NOT_ASSIGNABLE: ReadonlySet<string> = new Set([
  'current_user',
  'currentUser',
  'locale',
  '__proto__',
]);

function addNames(names: Record<string, unknown>, more: object): void {
  for (const name of Object.keys(more)) {
    const value: unknown = Reflect.get(more, name);
    if (NOT_ASSIGNABLE.has(name)) {
      Object.defineProperty(names, name, { value, ...DATA_PROPERTY });
    } else names[name] = value;
  }
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
