// An application's template loaders, one a folder (WEB-73, 75).
import type { BaseLoader } from '@typhoon/template';

/** Keeps loaders, so that a template is read and compiled once. */
export class TemplateLoaders {
  readonly #loaders = new Map<string, BaseLoader>();

  /** The loader of a folder; `create` makes it when it is asked for first. */
  get(path: string, create: (path: string) => BaseLoader): BaseLoader {
    const known = this.#loaders.get(path);
    if (known !== undefined) return known;
    const made = create(path);
    this.#loaders.set(path, made);
    return made;
  }

  /** Forgets all templates, not the loaders. */
  reset(): void {
    for (const loader of this.#loaders.values()) loader.reset();
  }
}
