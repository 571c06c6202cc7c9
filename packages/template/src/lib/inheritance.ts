// How the files of one template belong together: whom each extends, and whose block stands where a block is.
// Must not know: what is generated.
import { bodiesOf, type BlockNode, type FileReference, type TemplateFile } from './nodes.ts';
import type { TemplateNode } from './nodes.ts';
import { ParseError } from './template-error.ts';

/** Gives another file, by its name and the name of the file that it is named in. */
export type LoadFile = (name: string, parentName: string) => TemplateFile;

/** A block, and the file that its body is in. */
export interface DefinedBlock {
  readonly node: BlockNode;
  readonly file: TemplateFile;
}

/** A template with all its files at hand. */
export class Inheritance {
  /** The file that extends no other; it is the frame for all that the others define. */
  readonly root: TemplateFile;
  readonly #loadFile: LoadFile | null;
  readonly #blocks = new Map<string, DefinedBlock>();

  /** @throws ParseError `ERR_TEMPLATE_NO_LOADER` */
  constructor(file: TemplateFile, loadFile: LoadFile | null) {
    this.#loadFile = loadFile;
    const line = [file];
    let root = file;
    while (root.parent !== null) {
      root = this.#load(root.parent, root, 'extends');
      line.push(root);
    }
    this.root = root;
    // TPL-12: the youngest one's blocks are defined last, which counts.
    for (const member of line.reverse()) this.#define(member.body, member);
  }

  /** The block that stands where `node` is. */
  blockFor(node: BlockNode, file: TemplateFile): DefinedBlock {
    return this.#blocks.get(node.name) ?? { node, file };
  }

  /**
   * The file that is included from `file`.
   *
   * @throws ParseError
   */
  included(reference: FileReference, file: TemplateFile): TemplateFile {
    const included = this.#load(reference, file, 'include');
    if (included.parent === null) return included;
    throw new ParseError(
      `${included.name} extends ${included.parent.name} and cannot be included`,
      file.name,
      reference.line,
    );
  }

  #define(body: readonly TemplateNode[], file: TemplateFile): void {
    for (const node of body) {
      if (node.kind === 'text' || node.kind === 'output') continue;
      if (node.kind === 'block') this.#blocks.set(node.name, { node, file });
      if (node.kind === 'include') {
        const included = this.included(node, file);
        this.#define(included.body, included);
      }
      for (const inner of bodiesOf(node)) this.#define(inner, file);
    }
  }

  #load({ name, line }: FileReference, from: TemplateFile, directive: string): TemplateFile {
    if (this.#loadFile !== null) return this.#loadFile(name, from.name);
    throw new ParseError(
      `{% ${directive} %} block found, but no template loader`,
      from.name,
      line,
      { code: 'ERR_TEMPLATE_NO_LOADER' },
    );
  }
}
