// The names that templates know besides what `render` gives them (WEB-74). Tornado's spelling and ours.
// HOT: `pnpm bench web`, page
import type { HTTPServerRequest } from '@typhoon/httpserver';
import type { HandlerLocale } from '../locale/handler-locale.ts';
import type { PageNames } from '../ui/page-modules.ts';

/** All that templates may ask of a handler. */
export interface TemplateSubject {
  readonly application: { readonly uiMethods: ReadonlyMap<string, unknown> };
  readonly request: HTTPServerRequest;
  readonly currentUser: unknown;
  readonly locale: HandlerLocale;
  readonly ui: PageNames | null;
  staticUrl(path: string, options?: object): string;
  reverseUrl(name: string, ...args: readonly unknown[]): string;
  xsrfFormHtml(): string;
}

type Translate = HandlerLocale['translate'];
type Pgettext = HandlerLocale['pgettext'];

/** The names of one request, each made when a template asks for it: most templates ask for none. */
class TemplateNames {
  readonly #handler: TemplateSubject;

  constructor(handler: TemplateSubject) {
    this.#handler = handler;
  }

  get handler(): TemplateSubject {
    return this.#handler;
  }

  get request(): HTTPServerRequest {
    return this.#handler.request;
  }

  get current_user(): unknown {
    return this.#handler.currentUser;
  }

  get currentUser(): unknown {
    return this.#handler.currentUser;
  }

  get locale(): HandlerLocale {
    return this.#handler.locale;
  }

  get _(): Translate {
    return (...args) => this.#handler.locale.translate(...args);
  }

  get pgettext(): Pgettext {
    return (...args) => this.#handler.locale.pgettext(...args);
  }

  get static_url(): TemplateSubject['staticUrl'] {
    return this.staticUrl;
  }

  get staticUrl(): TemplateSubject['staticUrl'] {
    return (...args) => this.#handler.staticUrl(...args);
  }

  get reverse_url(): TemplateSubject['reverseUrl'] {
    return this.reverseUrl;
  }

  get reverseUrl(): TemplateSubject['reverseUrl'] {
    return (...args) => this.#handler.reverseUrl(...args);
  }

  get xsrf_form_html(): TemplateSubject['xsrfFormHtml'] {
    return this.xsrfFormHtml;
  }

  get xsrfFormHtml(): TemplateSubject['xsrfFormHtml'] {
    return () => this.#handler.xsrfFormHtml();
  }

  get modules(): unknown {
    return this.#handler.ui?.['modules'];
  }

  get _tt_modules(): unknown {
    return this.#handler.ui?.['_tt_modules'];
  }
}

const COMPUTED = Object.getOwnPropertyNames(TemplateNames.prototype).filter(
  (name) => name !== 'constructor',
);
/** Those that may cost something, so that they are asked for only if a template does. */
const LAZY: ReadonlySet<string> = new Set(['current_user', 'currentUser', 'locale']);
/** The namespace of one request, with `more` on top. */
export function templateNamespace(handler: TemplateSubject, more: object): object {
  const names = new TemplateNames(handler);
  if (handler.application.uiMethods.size > 0) addNames(names, handler.ui ?? {});
  addNames(names, more);
  return names;
}

/** The same as properties of its own, for whoever adds some or copies them. */
export function ownNames(handler: TemplateSubject): Record<string, unknown> {
  const computed = new TemplateNames(handler);
  const names: Record<string, unknown> = {};
  for (const name of COMPUTED) {
    const get = (): unknown => Reflect.get(computed, name);
    const value = LAZY.has(name) ? { get } : { value: get(), writable: true };
    Object.defineProperty(names, name, { ...value, enumerable: true, configurable: true });
  }
  addNames(names, handler.ui ?? {});
  return names;
}

/** What is computed cannot be assigned to, and `__proto__` is no property at all. */
function addNames(names: object, more: object): void {
  for (const name of Object.keys(more)) {
    const value: unknown = Reflect.get(more, name);
    if (name in names) Object.defineProperty(names, name, { value, ...DATA_PROPERTY });
    else Reflect.set(names, name, value);
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
