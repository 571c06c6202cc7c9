// Fails on a cycle of imports among the workspace's sources, type-only imports included: two files that
// need each other's types are one file cut in the wrong place.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Source file -> the workspace files that it imports. */
export function importGraph(root) {
  const folders = ['packages', 'apps'].flatMap((group) => childrenOf(join(root, group)));
  const entries = sourceEntries(folders);
  const graph = new Map();
  for (const folder of [...folders, join(root, 'examples'), join(root, 'bench')]) {
    for (const file of ['src', 'test'].flatMap((part) => sourcesBelow(join(folder, part)))) {
      const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
      const targets = importedFiles.map(({ fileName }) =>
        fileName.startsWith('.') ? resolve(dirname(file), fileName) : entries.get(fileName),
      );
      graph.set(file, [...new Set(targets.filter((target) => target !== undefined))]);
    }
  }
  return graph;
}

/** Each cycle once, as the files along it; the first comes again at the end. */
export function findCycles(graph) {
  const cycles = [];
  const state = new Map(); // absent, 'open' (on the path), 'done'
  const path = [];
  const visit = (file) => {
    state.set(file, 'open');
    path.push(file);
    for (const target of graph.get(file) ?? []) {
      if (state.get(target) === 'open') cycles.push([...path.slice(path.indexOf(target)), target]);
      else if (!state.has(target)) visit(target);
    }
    path.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
  return cycles;
}

function childrenOf(folder) {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function sourcesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.[cm]?tsx?$/.test(name))
    .map((name) => join(folder, name));
}

/** '@typhoon/log' and '@typhoon/log/testing' -> the source file behind that entry. */
function sourceEntries(folders) {
  const entries = new Map();
  for (const folder of folders) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { name, exports = {} } = JSON.parse(readFileSync(file, 'utf8'));
    for (const [entry, conditions] of Object.entries(exports)) {
      const source = conditions['@typhoon/source'];
      if (source !== undefined) entries.set(name + entry.slice(1), join(folder, source));
    }
  }
  return entries;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  const graph = importGraph(root);
  const cycles = findCycles(graph);
  for (const cycle of cycles) {
    console.log(`cycle: ${cycle.map((file) => relative(root, file)).join('\n    -> ')}`);
  }
  console.log(`${graph.size} files, ${cycles.length} cycles`);
  process.exit(cycles.length === 0 ? 0 : 1);
}
