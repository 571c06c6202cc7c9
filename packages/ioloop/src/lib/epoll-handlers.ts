// The raw descriptors that one epoll poller watches for its loop. Owns: which slot a descriptor has.
// Must not know: connections, what the loop has checked already (descriptor-handlers.ts).
import { LoopError } from './loop-error.ts';
import type { EpollWire } from './epoll-wire.ts';

type Handler = (fd: number, events: number) => void;

interface Watched {
  readonly fd: number;
  readonly handler: Handler;
  readonly slot: number;
  readonly generation: number;
}

/** Handlers of raw descriptors, by descriptor and by slot. */
export class EpollHandlers {
  readonly #wire: EpollWire;
  readonly #byFd = new Map<number, Watched>();
  readonly #bySlot = new Map<number, Watched>();

  constructor(wire: EpollWire) {
    this.#wire = wire;
  }

  /** Watches `fd`. @throws LoopError `ERR_BAD_DESCRIPTOR`, `ERR_HANDLER_EXISTS` when it is one of the poller's own. */
  add(fd: number, handler: Handler, events: number): void {
    const { native } = this.#wire;
    const slot = translate(fd, () => native.watch(fd, events));
    const watched = { fd, handler, slot, generation: native.generationOf(slot) };
    this.#byFd.set(fd, watched);
    this.#bySlot.set(slot, watched);
  }

  /** Changes the mask; the handler stays. @throws LoopError `ERR_BAD_DESCRIPTOR`. */
  update(fd: number, events: number): void {
    const watched = this.#byFd.get(fd);
    if (watched === undefined) return;
    translate(fd, () => {
      this.#wire.native.rewatch(watched.slot, watched.generation, events);
    });
  }

  /** Watches it no more. */
  remove(fd: number): void {
    const watched = this.#byFd.get(fd);
    if (watched === undefined) return;
    this.#byFd.delete(fd);
    this.#bySlot.delete(watched.slot);
    this.#wire.native.unwatch(watched.slot, watched.generation);
  }

  /** A descriptor is ready. */
  onReady(slot: number, generation: number, events: number): void {
    const watched = this.#bySlot.get(slot);
    if (watched?.generation !== generation) return;
    try {
      watched.handler(watched.fd, events);
    } catch (error) {
      this.#wire.host.handleCallbackException(watched.handler, error);
    }
  }

  /** Forgets all. */
  clear(): void {
    this.#byFd.clear();
    this.#bySlot.clear();
  }
}

function translate<T>(fd: number, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isOurs = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const code = isOurs ? 'ERR_HANDLER_EXISTS' : 'ERR_BAD_DESCRIPTOR';
    throw new LoopError(code, `fd ${fd}: ${reason}`, { cause: error });
  }
}
