// Modules in TypeScript, in workers. Owns: which file a module's URL means, and what lets Node.js load it.
// Must not know: tasks.
//
// Node.js loads TypeScript by itself from 22.18 on, by blanking the types out, and so this does where it cannot: with Node.js'
// own function for that from 22.13 on, before that with the package `amaro`, in which Node.js keeps it. What runs is the
// same everywhere, and lines and columns stay where they are. And `./work.js` is `./work.ts` where only that is there: the
// compiler wants the first to be written, and writes it.
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ModuleDefinition } from './messages.ts';

/** Where a module is, and what is to be imported before it. */
export type Location = Pick<ModuleDefinition, 'url' | 'preload'>;

const SCRIPT = /\.([cm]?)js$/;
const TYPESCRIPT = /\.[cm]?ts$/;

const preloads = new Map<string | null, string>();

/** Looks at the disk: a module that is TypeScript needs something loaded before it. */
export function locateModule(url: string): Location {
  if (!url.startsWith('file:')) return { url, preload: null };
  const { pathname } = new URL(url);
  if (TYPESCRIPT.test(pathname)) return { url, preload: preloadFor(url) };
  if (!SCRIPT.test(pathname) || existsSync(fileURLToPath(url))) return { url, preload: null };
  const typed = new URL(url);
  typed.pathname = pathname.replace(SCRIPT, '.$1ts');
  if (!existsSync(fileURLToPath(typed))) return { url, preload: null };
  return { url: typed.href, preload: preloadFor(typed.href) };
}

function preloadFor(url: string): string {
  const stripper = 'stripTypeScriptTypes' in nodeModule ? null : findAmaro(url);
  let preload = preloads.get(stripper);
  if (preload === undefined) {
    preload = dataUrl(`const stripper = ${JSON.stringify(stripper)};\n${HOOKS}`);
    preloads.set(stripper, preload);
  }
  return preload;
}

/** The task's own package may have it, or the program. */
function findAmaro(url: string): string | null {
  for (const from of [url, import.meta.url]) {
    try {
      return nodeModule.createRequire(from).resolve('amaro');
    } catch {
      // Not there.
    }
  }
  return null;
}

function dataUrl(text: string): string {
  return `data:text/javascript,${encodeURIComponent(text)}`;
}

/** `next` is asked first: who has a loader for TypeScript keeps it. */
const STEPS = `
const isScript = (specifier) => /^(?:[./]|file:).*\\.[cm]?js$/.test(specifier);
const toTyped = (specifier) => specifier.replace(/js$/, 'ts');
const isTyped = (url) => /^file:[^?#]*\\.[cm]?ts(?:[?#]|$)/.test(url);
const isUnknown = (error) => error.code === 'ERR_UNKNOWN_FILE_EXTENSION';
const strip = (url) => {
  const text = fs.readFileSync(new URL(url), 'utf8');
  if (stripper === null && nodeModule.stripTypeScriptTypes === undefined) {
    throw new Error('this Node.js loads TypeScript only with the package amaro; 22.13 and later can by themselves');
  }
  const source =
    stripper === null
      ? nodeModule.stripTypeScriptTypes(text)
      : nodeModule.createRequire(url)(stripper).transformSync(text, { mode: 'strip-only' }).code;
  return { format: /\\.cts(?:[?#]|$)/.test(url) ? 'commonjs' : 'module', source, shortCircuit: true };
};
`;

const SYNC_HOOKS = `
const resolve = (specifier, context, next) => {
  try {
    return next(specifier, context);
  } catch (error) {
    if (!isScript(specifier)) throw error;
    try {
      return next(toTyped(specifier), context);
    } catch {
      throw error;
    }
  }
};
const load = (url, context, next) => {
  if (!isTyped(url)) return next(url, context);
  try {
    return next(url, context);
  } catch (error) {
    if (!isUnknown(error)) throw error;
    return strip(url);
  }
};
`;

/** The same, in the thread that Node.js before 22.15 has for hooks. */
const ASYNC_HOOKS = `
import fs from 'node:fs';
import * as nodeModule from 'node:module';
let stripper;
export const initialize = (data) => { ({ stripper } = data); };
${STEPS}
export ${SYNC_HOOKS.trim()
  .replace('const load', 'export const load')
  .replaceAll('(specifier, context, next) =>', 'async (specifier, context, next) =>')
  .replaceAll('(url, context, next) =>', 'async (url, context, next) =>')
  .replaceAll('return next(', 'return await next(')}
`;

const HOOKS = `
import fs from 'node:fs';
import * as nodeModule from 'node:module';
${STEPS}
if (nodeModule.registerHooks !== undefined) {
  ${SYNC_HOOKS}
  nodeModule.registerHooks({ resolve, load });
} else {
  nodeModule.register(${JSON.stringify(dataUrl(ASYNC_HOOKS))}, { data: { stripper } });
}
`;
