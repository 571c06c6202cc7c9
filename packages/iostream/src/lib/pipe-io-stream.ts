// Streams over pipes.
import { Socket } from 'node:net';
import { adoptSocket } from '@typhoon/ioloop';
import { BaseIOStream } from './base-io-stream.ts';
import { StreamError } from './stream-error.ts';
import type { IOStreamOptions } from './stream-options.ts';

/** How to make a stream over a pipe. */
export interface PipeIOStreamOptions extends IOStreamOptions {
  /** Which end of a pipe a descriptor is; `both` for a pair of sockets. Default `both`. */
  readonly direction?: 'read' | 'write' | 'both';
}

/** A stream over a pipe: a descriptor, or a socket that Node.js made of one (a child process's `stdin` or `stdout`). */
export class PipeIOStream extends BaseIOStream {
  /** @throws StreamError `ERR_UNSUPPORTED` on Windows (IOS-35) */
  constructor(pipe: number | Socket, options: PipeIOStreamOptions = {}) {
    super(options);
    if (process.platform === 'win32') {
      throw new StreamError('ERR_UNSUPPORTED', 'PipeIOStream is not available on Windows');
    }
    const socket = typeof pipe === 'number' ? open(pipe, options.direction ?? 'both') : pipe;
    this.adopt(adoptSocket(this.ioLoop, socket, this.protocol));
  }
}

function open(fd: number, direction: 'read' | 'write' | 'both'): Socket {
  const readable = direction !== 'write';
  const writable = direction !== 'read';
  return new Socket({ fd, readable, writable, allowHalfOpen: true });
}
