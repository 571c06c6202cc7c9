// Where templates come from (TPL-21, 22, 31). Owns: names, paths, the cache.
import { readFileSync } from 'node:fs';
import { posix, resolve, sep } from 'node:path';
import { Template, parseTemplate, type TemplateOptions } from './template.ts';
import { TemplateError } from './template-error.ts';
import type { TemplateFile } from './nodes.ts';

/** Finds, compiles and keeps templates. */
export abstract class BaseLoader {
  readonly #options: TemplateOptions;
  readonly #templates = new Map<string, Template>();
  readonly #files = new Map<string, TemplateFile>();

  constructor(options: TemplateOptions = {}) {
    this.#options = options;
  }

  /** Forgets everything that was compiled. */
  reset(): void {
    this.#templates.clear();
    this.#files.clear();
  }

  /** The full name of a template, as seen from `parent`. */
  abstract resolvePath(name: string, parent?: string): string;

  /** Reads a template's source. @throws TemplateError `ERR_NOT_FOUND`. */
  protected abstract read(name: string): string | Uint8Array;

  /** The template of this name, the same object each time. @throws TemplateError, ParseError. */
  load(name: string, parent?: string): Template {
    const full = this.resolvePath(name, parent);
    const known = this.#templates.get(full);
    if (known !== undefined) return known;
    const template = new Template(this.file(full), { ...this.#options, name: full, loader: this });
    this.#templates.set(full, template);
    return template;
  }

  /** For templates that extend or include: the nodes of another. */
  file(name: string, parent?: string): TemplateFile {
    const full = this.resolvePath(name, parent);
    const known = this.#files.get(full);
    if (known !== undefined) return known;
    const file = parseTemplate(this.read(full), full, this.#options);
    this.#files.set(full, file);
    return file;
  }
}

/** Relative to the parent's folder, unless one of them is absolute or the parent has no name. */
function join(name: string, parent: string | undefined): string {
  if (
    parent === undefined ||
    parent.startsWith('<') ||
    parent.startsWith('/') ||
    name.startsWith('/')
  )
    return name;
  return posix.normalize(posix.join(posix.dirname(parent), name));
}

/** Templates from a folder. Read when first asked for, and kept. */
export class Loader extends BaseLoader {
  readonly #root: string;

  constructor(root: string, options?: TemplateOptions) {
    super(options);
    this.#root = resolve(root);
  }

  resolvePath(name: string, parent?: string): string {
    return join(name, parent);
  }

  protected override read(name: string): Uint8Array {
    const file = resolve(this.#root, name);
    if (!file.startsWith(this.#root + sep)) {
      throw new TemplateError('ERR_NOT_FOUND', `${name} is not below the folder of the templates`);
    }
    try {
      return readFileSync(file);
    } catch (error) {
      throw new TemplateError('ERR_NOT_FOUND', `there is no template ${name}`, { cause: error });
    }
  }
}

/** Templates from a record of sources by name. */
export class DictLoader extends BaseLoader {
  readonly #sources: Readonly<Record<string, string | Uint8Array>>;

  constructor(sources: Readonly<Record<string, string | Uint8Array>>, options?: TemplateOptions) {
    super(options);
    this.#sources = sources;
  }

  resolvePath(name: string, parent?: string): string {
    return join(name, parent);
  }

  protected override read(name: string): string | Uint8Array {
    const source = Object.hasOwn(this.#sources, name) ? this.#sources[name] : undefined;
    if (source === undefined)
      throw new TemplateError('ERR_NOT_FOUND', `there is no template ${name}`);
    return source;
  }
}
