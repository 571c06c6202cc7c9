// How a worker talks with its pool: a thread through its port, a process through its channel.
// A part of the worker's program, which is sent as text: it refers to its arguments, to globals and to functions of `PARTS` in
// worker-main.ts alone.
import type { MessagePort } from 'node:worker_threads';
import type { Movable } from './executor.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** The way to the pool: a thread's port, or a process's channel. */
export interface Channel {
  readonly post: (message: FromWorker, moved: readonly Movable[]) => void;
  readonly listen: (receive: (message: ToWorker) => void) => void;
  /** Ends the worker when all is sent. */
  readonly leave: () => void;
}

/** That of a thread. */
export function portChannel(port: MessagePort): Channel {
  return {
    post: (message, moved) => {
      if (moved.length === 0) port.postMessage(message);
      else port.postMessage(message, moved as never[]);
    },
    listen: (receive) => {
      port.on('message', receive);
      // What cannot be read cannot be answered one by one: the pool sees this worker end.
      port.on('messageerror', (error: unknown) => {
        throw error;
      });
    },
    leave: () => process.exit(),
  };
}

/** Nothing can be moved to another process: it is copied. */
export function processChannel(): Channel {
  const send = (message: FromWorker, done: () => void): void => {
    process.send?.(message, undefined, {}, done);
  };
  return {
    post: (message) => {
      if (process.connected) send(message, () => undefined);
    },
    listen: (receive) => {
      process.on('message', receive as NodeJS.MessageListener);
      // Nobody is left to work for.
      process.on('disconnect', () => process.exit());
    },
    leave: () => {
      send([], () => process.exit());
    },
  };
}
