// The `Template` module: a template is a module by itself, and says what it needs with `set_resources` (WEB-78).
import { isDeepStrictEqual } from 'node:util';
import { WebError } from '../errors/web-error.ts';
import { UIModule } from './ui-module.ts';

/** What a template may say with `set_resources`, in either spelling. */
export interface TemplateResources {
  readonly embeddedJavascript?: string;
  readonly javascriptFiles?: string | readonly string[];
  readonly embeddedCss?: string;
  readonly cssFiles?: string | readonly string[];
  readonly htmlHead?: string;
  readonly htmlBody?: string;
}

const SPELLINGS: Readonly<Record<string, keyof TemplateResources>> = {
  embedded_javascript: 'embeddedJavascript',
  javascript_files: 'javascriptFiles',
  embedded_css: 'embeddedCss',
  css_files: 'cssFiles',
  html_head: 'htmlHead',
  html_body: 'htmlBody',
};

/**
 * Renders a template as a module: `{% module Template("entry.html", { entry }) %}`. The template may call
 * `set_resources({ css_files: "entry.css" })`, with the same each time it is rendered in one page.
 */
export class TemplateModule extends UIModule {
  readonly #resources = new Map<string, TemplateResources>();

  override render(path: string, namespace: object = {}): Buffer {
    const setResources = (resources: object = {}): string => {
      this.#setResources(path, camelCased(resources));
      return '';
    };
    const names = { set_resources: setResources, setResources, ...namespace };
    return this.renderString(path, names);
  }

  override embeddedJavascript(): string | null {
    return this.#texts('embeddedJavascript');
  }

  override javascriptFiles(): readonly string[] {
    return this.#files('javascriptFiles');
  }

  override embeddedCss(): string | null {
    return this.#texts('embeddedCss');
  }

  override cssFiles(): readonly string[] {
    return this.#files('cssFiles');
  }

  override htmlHead(): string | null {
    return this.#texts('htmlHead');
  }

  override htmlBody(): string | null {
    return this.#texts('htmlBody');
  }

  #setResources(path: string, resources: TemplateResources): void {
    const known = this.#resources.get(path);
    if (known !== undefined && !isDeepStrictEqual(known, resources)) {
      const message = `set_resources called with different resources for the same template ${path}`;
      throw new WebError('ERR_PAGE', message);
    }
    this.#resources.set(path, resources);
  }

  #texts(name: 'embeddedJavascript' | 'embeddedCss' | 'htmlHead' | 'htmlBody'): string | null {
    const texts = Array.from(this.#resources.values(), (resources) => resources[name] ?? '');
    return texts.filter((text) => text !== '').join('\n') || null;
  }

  #files(name: 'javascriptFiles' | 'cssFiles'): readonly string[] {
    return Array.from(this.#resources.values(), (resources) => resources[name] ?? []).flat();
  }
}

function camelCased(resources: object): TemplateResources {
  const entries = Object.entries(resources).map(([name, value]: [string, unknown]) => {
    return [SPELLINGS[name] ?? name, value];
  });
  return Object.fromEntries(entries) as TemplateResources;
}
