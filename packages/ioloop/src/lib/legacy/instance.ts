// Tornado 4.5's global loop, one a thread, as functions. Must not know: which loop is current, but to begin with.
import { IOLoop } from '../ioloop.ts';

let global: IOLoop | null = null;

/** `install` when there is a global loop already (IOL-44). */
export class InstanceExistsError extends Error {
  override readonly name: string = 'InstanceExistsError';
  /** The only case. */
  readonly code = 'ERR_INSTANCE_EXISTS';

  constructor() {
    super('there is a global IOLoop already');
  }
}

/** The thread's global loop; when there is none, it is the one that is current now, from now on. */
export function instance(): IOLoop {
  global ??= IOLoop.current();
  return global;
}

/** Whether there is a global loop. */
export function initialized(): boolean {
  return global !== null;
}

/** Makes `loop` the global loop. @throws InstanceExistsError `ERR_INSTANCE_EXISTS` when there is one (IOL-44). */
export function install(loop: IOLoop): void {
  if (global !== null) throw new InstanceExistsError();
  global = loop;
}

/** Forgets the global loop, which goes on: it is not closed (IOL-43). */
export function clearInstance(): void {
  global = null;
}
