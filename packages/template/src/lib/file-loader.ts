// Templates out of a directory. Owns: that nothing outside of it is read.
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';

import { BaseLoader, type LoaderOptions } from './loader.ts';
import { quoted } from './quoted.ts';
import { isRelative } from './relative-name.ts';
import { Template } from './template.ts';
import { TemplateError } from './template-error.ts';

const NOT_FOUND: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'EISDIR'];

/**
 * Loads templates from a directory, and never from outside of it; symbolic links are followed. Files are read synchronously,
 * once, until `reset`.
 */
export class Loader extends BaseLoader {
  /** The directory, absolute. */
  readonly root: string;

  constructor(rootDirectory: string, options?: LoaderOptions) {
    super(options);
    this.root = resolve(rootDirectory);
  }

  override resolvePath(name: string, parentPath: string | null = null): string {
    if (!isRelative(name, parentPath)) return name;
    const path = resolve(this.root, dirname(parentPath), name);
    return this.#isInside(path) ? relative(this.root, path).split(sep).join('/') : name;
  }

  /** @throws TemplateError `ERR_TEMPLATE_NOT_FOUND`, `ERR_TEMPLATE_UNREADABLE`, `ERR_TEMPLATE_OUTSIDE_ROOT` */
  protected override createTemplate(name: string): Template {
    const path = resolve(this.root, name);
    if (!this.#isInside(path)) {
      throw new TemplateError(
        'ERR_TEMPLATE_OUTSIDE_ROOT',
        `template ${quoted(name)} is outside ${this.root}`,
      );
    }
    return new Template(read(path, name), { name, loader: this });
  }

  #isInside(path: string): boolean {
    return path.startsWith(this.root.endsWith(sep) ? this.root : this.root + sep);
  }
}

function read(path: string, name: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const isError = cause instanceof Error && 'code' in cause;
    if (isError && NOT_FOUND.includes(cause.code)) {
      const message = `there is no template ${quoted(name)}: ${cause.message}`;
      throw new TemplateError('ERR_TEMPLATE_NOT_FOUND', message, { cause });
    }
    const reason = isError ? cause.message : String(cause);
    const message = `template ${quoted(name)} cannot be read: ${reason}`;
    throw new TemplateError('ERR_TEMPLATE_UNREADABLE', message, { cause });
  }
}
