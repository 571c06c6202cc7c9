// The raw descriptors that a loop watches. Owns: which are registered, for whom, and what their handlers throw.
// Must not know: how a descriptor is watched; the poller does.
import { closeSync } from 'node:fs';
import { genLog } from '@typhoon/log';
import { callLogged } from './logged-call.ts';
import { LoopError } from './loop-error.ts';
import type { Poller } from './poller.ts';

/** A descriptor, or an object that owns one: a `FileHandle` of node:fs/promises is one. */
export type Pollable =
  | number
  | {
      /** The descriptor's number. */ readonly fd: number;
      /** Closes it; for `IOLoop.close({ allFds: true })`. */ close?(): unknown;
    };

interface Entry {
  readonly fd: number;
  readonly pollable: Pollable;
}

/** Who logs what a handler threw. */
interface ExceptionHost {
  handleCallbackException(callback: unknown, error: unknown): void;
}

/** The registered descriptors of one loop; an object and its number are the same descriptor (IOL-17). */
export class DescriptorHandlers {
  readonly #loop: ExceptionHost;
  readonly #entries = new Map<number, Entry>();

  constructor(loop: ExceptionHost) {
    this.#loop = loop;
  }

  /** As `IOLoop.addHandler`. */
  add<P extends Pollable>(
    poller: Poller,
    pollable: P,
    handler: (pollable: P, events: number) => unknown,
    events: number,
  ): void {
    if (poller.addHandler === undefined) throw unsupported(poller);
    const fd = numberOf(pollable);
    if (!Number.isInteger(fd) || fd < 0) {
      throw new LoopError('ERR_BAD_DESCRIPTOR', `${fd} is not the number of an open descriptor`);
    }
    if (this.#entries.has(fd)) throw new LoopError('ERR_HANDLER_EXISTS', `fd ${fd} added twice`);
    const entry: Entry = { fd, pollable };
    const host = quietAboutBrokenPipes(this.#loop);
    const whenReady = (_fd: number, ready: number): void => {
      // IOL-16: a handler before this one may have taken it away.
      if (this.#entries.get(fd) === entry) callLogged(host, handler, [pollable, ready]);
    };
    poller.addHandler(fd, whenReady, events);
    this.#entries.set(fd, entry);
  }

  /** As `IOLoop.updateHandler`. */
  update(poller: Poller, pollable: Pollable, events: number): void {
    if (poller.updateHandler === undefined) throw unsupported(poller);
    const entry = this.#find(pollable);
    if (entry === null) {
      const message = `fd ${numberOf(pollable)} has no handler to update`;
      throw new LoopError('ERR_HANDLER_MISSING', message);
    }
    poller.updateHandler(entry.fd, events);
  }

  /** As `IOLoop.removeHandler`. */
  remove(poller: Poller, pollable: Pollable): void {
    if (poller.removeHandler === undefined) throw unsupported(poller);
    const entry = this.#find(pollable);
    if (entry === null) {
      genLog.debug('fd %s has no handler to remove', numberOf(pollable));
      return;
    }
    this.#entries.delete(entry.fd);
    poller.removeHandler(entry.fd);
  }

  /** Forgets all; the poller is closed already. `isClosing`: closes the descriptors, too (IOL-18). */
  clear(isClosing: boolean): void {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    if (!isClosing) return;
    for (const { pollable } of entries) callLogged(this.#loop, closeDescriptor, [pollable]);
  }

  /** An object that is closed has lost its number: it is looked for itself. */
  #find(pollable: Pollable): Entry | null {
    const entry = this.#entries.get(numberOf(pollable));
    if (entry !== undefined) return entry;
    if (typeof pollable === 'number') return null;
    for (const one of this.#entries.values()) if (one.pollable === pollable) return one;
    return null;
  }
}

function numberOf(pollable: Pollable): number {
  return typeof pollable === 'number' ? pollable : pollable.fd;
}

function closeDescriptor(pollable: Pollable): unknown {
  if (typeof pollable !== 'number' && pollable.close !== undefined) return pollable.close();
  closeSync(numberOf(pollable));
  return undefined;
}

/** A peer that went away is no news (IOL-15). */
function quietAboutBrokenPipes(loop: ExceptionHost): ExceptionHost {
  return {
    handleCallbackException: (callback, error) => {
      const isBrokenPipe = error instanceof Error && 'code' in error && error.code === 'EPIPE';
      if (!isBrokenPipe) loop.handleCallbackException(callback, error);
    },
  };
}

function unsupported(poller: Poller): LoopError {
  const message = `the ${poller.name} poller cannot watch raw descriptors`;
  return new LoopError('ERR_HANDLERS_UNSUPPORTED', message);
}
