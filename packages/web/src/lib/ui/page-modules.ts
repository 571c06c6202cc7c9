// The modules of one page: made when a template names them, one of each name (WEB-78). Must not know: what modules are made of.
import { WebError } from '../errors/web-error.ts';

/** What a module adds to a page besides its own text; each may be nothing, one, or several. */
export interface PageParts {
  embeddedJavascript(): string | Uint8Array | null;
  javascriptFiles(): string | readonly string[] | null;
  embeddedCss(): string | Uint8Array | null;
  cssFiles(): string | readonly string[] | null;
  htmlHead(): string | Uint8Array | null;
  htmlBody(): string | Uint8Array | null;
}

/** A module in use. */
export interface PageModule extends PageParts {
  /** What stands in the page where the template names it. */
  render(...args: never[]): string | Uint8Array;
}

/** Makes a module for a handler. */
export type PageModuleClass = new (handler: never) => PageModule;

/** A function that templates know; gets the handler, then what the template says (WEB-79). */
export type UIMethod = (handler: never, ...args: never[]) => unknown;

/** Names that templates know: methods, and modules under `modules`. */
export type PageNames = Readonly<Record<string, unknown>>;

/** What modules and methods there are. */
export interface PageModuleSource {
  readonly uiModules: ReadonlyMap<string, PageModuleClass>;
  readonly uiMethods: ReadonlyMap<string, UIMethod>;
}

/** The modules of one handler's page. */
export class PageModules {
  /** For templates. */
  readonly names: PageNames;
  readonly #handler: object;
  readonly #classes: ReadonlyMap<string, PageModuleClass>;
  readonly #active = new Map<string, PageModule>();

  constructor(handler: object, { uiModules, uiMethods }: PageModuleSource) {
    this.#handler = handler;
    this.#classes = uiModules;
    const modules = Object.create(null) as Record<string, unknown>;
    for (const name of uiModules.keys()) {
      modules[name] = (...args: unknown[]): unknown => this.#render(name, args);
    }
    const names = Object.create(null) as Record<string, unknown>;
    for (const [name, method] of uiMethods) {
      names[name] = method.bind(undefined, handler as never);
    }
    names['_tt_modules'] = modules;
    names['modules'] = modules;
    this.names = names;
  }

  /** Those that were rendered, in the order of their first use. */
  get active(): readonly PageModule[] {
    return [...this.#active.values()];
  }

  #render(name: string, args: readonly unknown[]): unknown {
    const module = this.#active.get(name) ?? this.#activate(name);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the module as this
    return Reflect.apply(module.render, module, args);
  }

  #activate(name: string): PageModule {
    const moduleClass = this.#classes.get(name);
    if (moduleClass === undefined) throw new WebError('ERR_UNKNOWN_NAME', `no UI module ${name}`);
    const module = new moduleClass(this.#handler as never);
    this.#active.set(name, module);
    return module;
  }
}
