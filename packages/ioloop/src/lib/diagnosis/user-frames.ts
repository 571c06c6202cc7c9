// Which frames of a stack are the user's. Must not know: where the stack comes from.
import { fileURLToPath } from 'node:url';

/** The folder that our packages are in, when they are not installed: this file is four levels below it. */
const WORKSPACE = fileURLToPath(new URL('../../../..', import.meta.url));
const INSTALLED = /[\\/]@typhoon[\\/]\w+[\\/](?:dist|src)[\\/]/;
const OWN_SOURCE = /^\w+[\\/](?:dist|src)[\\/]lib[\\/](?!.*\.test)/;

/** The frames of a stack that are neither Node.js's own nor those of a package of ours; each a line, `at` included. */
export function userFrames(stack: string): string[] {
  return stack.split('\n').filter(isUserFrame);
}

/** Whether a line of a stack is a frame, and neither Node.js's nor of a package of ours. */
export function isUserFrame(line: string): boolean {
  if (!/^\s+at /.test(line) || /\(?node:|\(native\)|<anonymous>\)?$/.test(line)) return false;
  return !isFrameworkFrame(line);
}

/** Whether a line of a stack is a frame in a package of ours. */
export function isFrameworkFrame(line: string): boolean {
  if (INSTALLED.test(line)) return true;
  const at = line.indexOf(WORKSPACE);
  return at >= 0 && OWN_SOURCE.test(line.slice(at + WORKSPACE.length));
}
