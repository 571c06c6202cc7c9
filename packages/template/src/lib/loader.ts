// What all loaders share: the templates that were loaded already, and their options.
// Must not know: where templates are kept.
import type { TemplateLogger } from './compiled-code.ts';
import { DEFAULT_AUTOESCAPE, type Template, type TemplateLoader } from './template.ts';
import { TemplateError } from './template-error.ts';
import { filterWhitespace, type WhitespaceMode } from './whitespace.ts';

/** Options of all loaders. */
export interface LoaderOptions {
  /** The function that templates are escaped with unless they say otherwise; null for none. Default `xhtml_escape`. */
  readonly autoescape?: string | null | undefined;
  /** Names that all templates know. Default none. */
  readonly namespace?: object | undefined;
  /** Default null: `single` for templates whose names end with `.html` or `.js`, `all` for others. */
  readonly whitespace?: WhitespaceMode | null | undefined;
  /** What `{% import %}` finds, by name. Default nothing. */
  readonly modules?: object | undefined;
  /** Where compile failures are told of, besides being thrown. Default nowhere. */
  readonly logger?: TemplateLogger | null | undefined;
}

/** A loader of templates that keeps what it has loaded. Subclasses say what names mean, and where templates are. */
export abstract class BaseLoader implements TemplateLoader {
  readonly autoescape: string | null;
  readonly namespace: object;
  readonly whitespace: WhitespaceMode | null;
  readonly modules: object;
  readonly logger: TemplateLogger | null;
  readonly #templates = new Map<string, Template>();
  /** The names that are being loaded, outermost first. */
  readonly #loading = new Set<string>();

  constructor(options: LoaderOptions = {}) {
    const { autoescape = DEFAULT_AUTOESCAPE, namespace = {}, modules = {} } = options;
    const { whitespace = null, logger = null } = options;
    if (whitespace !== null) filterWhitespace(whitespace, ''); // refuses a mode that is none
    this.autoescape = autoescape;
    this.namespace = namespace;
    this.modules = modules;
    this.whitespace = whitespace;
    this.logger = logger;
  }

  /** Forgets the templates that were loaded. */
  reset(): void {
    this.#templates.clear();
  }

  /**
   * The template called `name` in the eyes of the one called `parentPath`; the same object each time, until {@link reset}.
   *
   * @throws TemplateError `ERR_TEMPLATE_NOT_FOUND`, `ERR_TEMPLATE_CYCLE`; ParseError; whatever {@link createTemplate} throws
   */
  load(name: string, parentPath: string | null = null): Template {
    const path = this.resolvePath(name, parentPath);
    const template = this.#templates.get(path) ?? this.#create(path);
    if (this.#loading.size > 0) return template;
    try {
      template.compile();
    } catch (error) {
      this.#templates.delete(path); // it may be another one next time
      throw error;
    }
    return template;
  }

  /** Whether what is loaded now is part of another template. */
  get isLoadingPart(): boolean {
    return this.#loading.size > 1;
  }

  #create(path: string): Template {
    if (this.#loading.has(path)) {
      const way = [...this.#loading, path].join(' -> ');
      throw new TemplateError('ERR_TEMPLATE_CYCLE', `a template belongs to itself: ${way}`);
    }
    this.#loading.add(path);
    try {
      const template = this.createTemplate(path);
      this.#templates.set(path, template);
      return template;
    } finally {
      this.#loading.delete(path);
    }
  }

  /** The full name for a name in a template called `parentPath`. */
  abstract resolvePath(name: string, parentPath?: string | null): string;

  /** Makes the template with that full name. */
  protected abstract createTemplate(name: string): Template;
}
