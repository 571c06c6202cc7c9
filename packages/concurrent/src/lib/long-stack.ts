// The stack of an error that has come through coroutines. Owns: the frames of those who waited, and the text with them.
// Must not know: coroutines; whoever passes an error on says so.
import { isFrameworkFrame, isUserFrame } from '@typhoon/ioloop';
import { CancelledError } from './future-error.ts';

/** Where an error has come through, each a captured stack that is turned into text only when it is read. */
interface Passage {
  readonly traces: { readonly stack?: string }[];
}

/** How far an error is followed. */
const MAX_LEVELS = 64;

const passages = new WeakMap<Error, Passage>();

/**
 * Notes where `error` comes through just now, if it has a stack, and has `error.stack` tell; answers the error. The text is
 * made when it is read. Deviation: in Node.js 20 an error's own part is made when it first comes through, since
 * V8 lets nobody have it later there.
 */
export function passThrough(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof CancelledError) return error; // cancelling tells no story
  let passage = passages.get(error);
  if (passage === undefined) {
    passage = { traces: [] };
    if (!lengthenStack(error, passage)) return error;
    passages.set(error, passage);
  }
  if (passage.traces.length < MAX_LEVELS) {
    const trace = {};
    Error.captureStackTrace(trace, passThrough);
    passage.traces.push(trace);
  }
  return error;
}

/** Answers whether that could be done: a frozen error stays as it is. */
function lengthenStack(error: Error, { traces }: Passage): boolean {
  if (!Object.isExtensible(error)) return false;
  const own = Object.getOwnPropertyDescriptor(error, 'stack');
  if (own?.configurable !== true) return false;
  let text = '';
  let levels = -1;
  Object.defineProperty(error, 'stack', {
    configurable: true,
    get: () => {
      if (levels === traces.length) return text;
      levels = traces.length;
      const first: unknown = own.get === undefined ? own.value : own.get.call(error);
      return (text = withTraces(
        String(first),
        traces.map(({ stack }) => String(stack)),
      ));
    },
    set: (value: unknown) => {
      Object.defineProperty(error, 'stack', { configurable: true, writable: true, value });
    },
  });
  return true;
}

/** The user's frames of the error, then those of each level up to where the level was resumed, then what resumed the last. */
function withTraces(first: string, traces: readonly string[]): string {
  const all = [first, ...traces].map((stack) => stack.split('\n'));
  const [lines = []] = all;
  const end = lines.findIndex(isFrame);
  const header = end < 0 ? lines : lines.slice(0, end);
  const levels = all.map((stack) => stack.slice(0, resumedAt(stack)).filter(isUserFrame));
  const last = all.at(-1) ?? [];
  return [...header, ...levels.flat(), ...last.slice(resumedAt(last)).filter(isUserFrame)].join(
    '\n',
  );
}

/** Where in a stack a coroutine was resumed by us. */
function resumedAt(lines: readonly string[]): number {
  const at = lines.findIndex(
    (line, index) =>
      /^ +at (?:Generator\.)?(?:next|throw) \(<anonymous>\)$/.test(line) &&
      isFrameworkFrame(lines[index + 1] ?? ''),
  );
  return at < 0 ? lines.length : at;
}

function isFrame(line: string): boolean {
  return /^ +at /.test(line);
}
