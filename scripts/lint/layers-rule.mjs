// Lint rule: imports keep to the layer table, name packages by their entries, and never leave the package by path.
import { dirname, resolve } from 'node:path';
import { allowedImports } from '../layers.mjs';
import { workspaceOf } from './workspace-of.mjs';

const SCOPE = '@typhoon/';

/** What is wrong with importing `specifier` in `file`, as a message id and its data; null if nothing is. */
function faultOfImport(root, file, specifier) {
  const from = workspaceOf(root, file);
  if (from === '') return null;
  if (specifier.startsWith('.')) {
    const target = resolve(dirname(file), specifier);
    const to = workspaceOf(root, target);
    const isShared = to === '' && dirname(target) === root && mayShare(file, specifier);
    return to === from || isShared ? null : { messageId: 'path', data: { specifier, from } };
  }
  if (!specifier.startsWith(SCOPE)) return null;
  const [name, entry, ...deeper] = specifier.slice(SCOPE.length).split('/');
  if (deeper.length > 0 || entry === 'src' || entry === 'dist' || /\.[a-z]+$/.test(entry ?? ''))
    return { messageId: 'deep', data: { specifier } };
  const allowed = allowedImports(from);
  if (allowed === undefined) return { messageId: 'unknown', data: { from } };
  if (allowed.includes(name)) return null;
  return { messageId: 'layer', data: { from, specifier, allowed: allowed.join(', ') } };
}

/** Of the root's files, configurations share all, and tests those that are named for it. */
function mayShare(file, specifier) {
  if (/\.config\.[a-z]+$/.test(file)) return true;
  return /\.test\.ts$/.test(file) && specifier.endsWith('.shared.ts');
}

export const layersRule = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { root: { type: 'string' } } }],
    messages: {
      layer:
        '{{from}} may not import {{specifier}}; the layer table (scripts/layers.mjs) allows {{allowed}}',
      unknown: '{{from}} is not in the layer table (scripts/layers.mjs)',
      deep: '{{specifier}} goes past the exports of its package',
      path: '{{specifier}} leaves {{from}} by path; import other packages by name',
    },
  },
  create(context) {
    const { root } = context.options[0];
    const check = (source) => {
      if (typeof source?.value !== 'string') return;
      const fault = faultOfImport(root, context.filename, source.value);
      if (fault !== null) context.report({ node: source, ...fault });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
    };
  },
};
