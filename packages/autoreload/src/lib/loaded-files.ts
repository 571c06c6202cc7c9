// Which files the program has loaded. Owns: asking V8, which knows every script of this thread by its URL, be it a module, CommonJS
// or TypeScript whose types were stripped, needs no flag for it, and knows what was loaded before us, too. Asking takes
// some 3 ms; asking once and listening from then on would leave the debugger on, under which an `await` costs 8 times as much.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Session } from 'node:inspector';

const require = createRequire(import.meta.url);

/** The files of this thread's scripts; what V8 does not know but `require` does, JSON for one, is among them. */
export function loadedFiles(): Set<string> {
  const files = new Set(Object.keys(require.cache));
  const session = openSession();
  if (session === null) return files;
  session.on('Debugger.scriptParsed', ({ params }) => {
    addFile(files, params.url);
  });
  // All scripts are told of before this returns.
  session.post('Debugger.enable');
  session.post('Debugger.disable');
  session.disconnect();
  return files;
}

/**
 * Calls `tell` with each file that is no JavaScript, from now on until the function that is given back is called: such a
 * file is never loaded, and its error does not name it.
 */
export function watchSyntaxErrors(tell: (file: string) => void): () => void {
  const session = openSession();
  if (session === null) return () => undefined;
  const files = new Set<string>();
  session.on('Debugger.scriptFailedToParse', ({ params }) => {
    addFile(files, params.url);
    files.forEach(tell);
  });
  session.post('Debugger.enable');
  session.post('Debugger.setSkipAllPauses', { skip: true });
  return () => {
    session.disconnect();
  };
}

/** Null if this Node.js was built without the inspector. */
function openSession(): Session | null {
  if (!process.features.inspector) return null;
  const inspector = require('node:inspector') as typeof import('node:inspector');
  const session = new inspector.Session();
  session.connect();
  return session;
}

function addFile(files: Set<string>, url: string): void {
  if (url.startsWith('file:')) files.add(fileURLToPath(url));
  else if (url.startsWith('/')) files.add(url);
}
