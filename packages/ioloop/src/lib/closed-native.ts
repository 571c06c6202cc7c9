// Stands where the native poller was, once it is closed: nothing is there any more, and telling it something is no error.
import { TransportError } from './transport-error.ts';
import type { NativeAddress, NativePoller } from '@typhoon/epoll';

const NOWHERE: NativeAddress = { host: '', port: 0, path: '' };

function refuse(): never {
  throw new TransportError('ERR_CONNECTION_ABORTED', 'the poller was closed');
}

function ignore(): void {
  // there is nobody to tell
}

/** Makes no slots, and knows none. */
export const CLOSED_NATIVE: NativePoller = {
  listen: refuse,
  listenPath: refuse,
  listenDescriptor: refuse,
  connect: refuse,
  connectPath: refuse,
  watch: refuse,
  rewatch: ignore,
  unwatch: ignore,
  accept: () => -1,
  generationOf: () => 0,
  send: ignore,
  write: ignore,
  abort: ignore,
  setReading: ignore,
  setNoDelay: ignore,
  queued: () => 0,
  localAddress: () => NOWHERE,
  peerAddress: () => NOWHERE,
  resumeAccepting: ignore,
  setAccepting: ignore,
  descriptorOf: () => -1,
  replaceMemory: ignore,
  close: ignore,
};
