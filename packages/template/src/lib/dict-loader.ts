// Templates out of an object.
import { posix } from 'node:path';

import { BaseLoader, type LoaderOptions } from './loader.ts';
import { quoted } from './quoted.ts';
import { isRelative } from './relative-name.ts';
import { Template } from './template.ts';
import { TemplateError } from './template-error.ts';

/** Loads templates from an object: name to source. The object is not copied. */
export class DictLoader extends BaseLoader {
  readonly #sources: Readonly<Record<string, string | Uint8Array>>;

  constructor(sources: Readonly<Record<string, string | Uint8Array>>, options?: LoaderOptions) {
    super(options);
    this.#sources = sources;
  }

  override resolvePath(name: string, parentPath: string | null = null): string {
    if (!isRelative(name, parentPath)) return name;
    return posix.normalize(posix.join(posix.dirname(parentPath), name));
  }

  protected override createTemplate(name: string): Template {
    const source = Object.hasOwn(this.#sources, name) ? this.#sources[name] : undefined;
    if (source === undefined) {
      throw new TemplateError('ERR_TEMPLATE_NOT_FOUND', `there is no template ${quoted(name)}`);
    }
    return new Template(source, { name, loader: this });
  }
}
