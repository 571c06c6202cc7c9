// Files that extend and include others (TPL-9, 11 to 13). Owns: which body a block gets.
import { ParseError } from './template-error.ts';
import type { BlockNode, ExtendsNode, TemplateFile, TemplateNode } from './nodes.ts';

/** A block's body, and the file whose rules it is written by. */
export interface OwnedBlock {
  readonly node: BlockNode;
  readonly file: TemplateFile;
}

/** Finds the file of this name as seen from another. */
export type FileLookup = (name: string, from: string) => TemplateFile;

/** The file at the root of the chain of `extends`, and the blocks that win over those of its ancestors. */
export function resolveInheritance(
  file: TemplateFile,
  lookup: FileLookup | null,
): { readonly root: TemplateFile; readonly blocks: ReadonlyMap<string, OwnedBlock> } {
  const chain = [file];
  for (let last = file; ;) {
    const parent = last.body.find((node): node is ExtendsNode => node.kind === 'extends');
    if (parent === undefined) break;
    if (lookup === null) {
      throw new ParseError(
        '{% extends %} block found, but no template loader',
        parent.at.name,
        parent.at.line,
      );
    }
    last = lookup(parent.file, last.name);
    if (chain.includes(last))
      throw new ParseError('a template extends itself', parent.at.name, parent.at.line);
    chain.push(last);
  }
  const blocks = new Map<string, OwnedBlock>();
  for (const one of [...chain].reverse())
    collect(one.body, one, blocks, lookup, new Set([one.name]));
  return { root: chain.at(-1) ?? file, blocks };
}

function collect(
  nodes: readonly TemplateNode[],
  file: TemplateFile,
  blocks: Map<string, OwnedBlock>,
  lookup: FileLookup | null,
  including: ReadonlySet<string>,
): void {
  for (const node of nodes) {
    if (node.kind === 'block') blocks.set(node.block, { node, file });
    if (node.kind === 'include' && lookup !== null) {
      const included = lookup(node.file, file.name);
      if (including.has(included.name))
        throw new ParseError('a template includes itself', node.at.name, node.at.line);
      collect(included.body, included, blocks, lookup, new Set([...including, included.name]));
    } else if ('body' in node) {
      collect(node.body, file, blocks, lookup, including);
    }
  }
}
