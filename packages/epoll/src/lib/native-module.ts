// The native part's face, typed. The whole contract of the crossing is here; native/binding.h has the memory's picture.
//
// - Everything runs on the thread that made the poller. Nothing blocks: Node.js's own loop watches the epoll descriptor.
// - A slot is named by its number and its generation. Asking for one that is gone is no error and does nothing.
// - Arguments of a wrong type throw a TypeError `ERR_INVALID_ARG_TYPE`, numbers out of range a RangeError
//   `ERR_OUT_OF_RANGE`, a closed poller an Error `ERR_POLLER_CLOSED`, another `this` a TypeError `ERR_INVALID_THIS`, what the
//   system refuses an Error with its name (`EADDRINUSE`).

/** One end of a connection, as the kernel knows it; empty when it is not known. */
export interface NativeAddress {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/**
 * Where things lie in the memory shared with the poller, in bytes; `...Max` in entries of four Int32. The header's numbers
 * are: how many sends are noted; whether a batch is being told; which of its events is.
 */
export interface NativeLayout {
  readonly memoryBytes: number;
  readonly receiveBytes: number;
  readonly eventsAt: number;
  readonly eventsMax: number;
  readonly sendsAt: number;
  readonly sendsMax: number;
  readonly bytesAt: number;
  readonly sendBytes: number;
}

/** One epoll descriptor with all that it watches. */
export interface NativePoller {
  /** Listens on an IP address; answers the slot. Port 0 picks a free one. */
  listen(
    host: string,
    port: number,
    backlog: number,
    isPortShared: boolean,
    isIpv6Only: boolean,
  ): number;
  /** Listens on a unix socket's path; answers the slot. */
  listenPath(path: string, backlog: number): number;
  /**
   * Takes over a descriptor that is bound and listens, made by another process for one; answers the slot. `EINVAL` when it does
   * not listen, `EEXIST` when it belongs to a slot already; it stays open then.
   */
  listenDescriptor(fd: number): number;
  /**
   * Connects to an IP address, from `localHost` unless it is empty and `localPort` unless it is 0; answers the slot:
   * `connected` or `lost` follows.
   */
  connect(host: string, port: number, localHost: string, localPort: number): number;
  /** Connects to a unix socket's path. */
  connectPath(path: string): number;
  /** Watches a descriptor that is not the poller's; answers the slot. The mask is epoll's. */
  watch(fd: number, mask: number): number;
  /** Changes what a raw descriptor is watched for. */
  rewatch(slot: number, generation: number, mask: number): void;
  /** Ends a listener, or forgets a raw descriptor. No event follows. */
  unwatch(slot: number, generation: number): void;
  /** Accepts one connection that waits, now; answers its slot, or -1 when none waits. No event follows. */
  accept(slot: number, generation: number): number;
  /** The present generation of a slot. */
  generationOf(slot: number): number;
  /** Sends what is noted in the shared memory. The poller does so itself behind every batch. */
  send(): void;
  /**
   * Sends bytes 0 to `headEnd` of the shared memory's send bytes with `body` behind them, at once. What the kernel does not
   * take of a large body is kept by reference: it must not change until it is sent.
   */
  write(slot: number, generation: number, headEnd: number, body: Uint8Array): void;
  /** Closes at once, with a RST if asked; `lost` follows. */
  abort(slot: number, generation: number, isReset: boolean): void;
  /** Reads no more, or again. What this batch has read already is told all the same. */
  setReading(slot: number, generation: number, isOn: boolean): void;
  /** Nagle's algorithm off or on. */
  setNoDelay(slot: number, generation: number, isOn: boolean): void;
  /** Bytes that the kernel has not taken; 0 for a slot that is gone. */
  queued(slot: number, generation: number): number;
  /** Our end of a connection, or where a listener listens. */
  localAddress(slot: number, generation: number): NativeAddress;
  /** The peer's end; known until the batch that told `lost` is over. */
  peerAddress(slot: number, generation: number): NativeAddress;
  /** Accepts again after `starved`. */
  resumeAccepting(): void;
  /** Whether a listener accepts. While it does not, connections wait in the kernel's queue. */
  setAccepting(slot: number, generation: number, isOn: boolean): void;
  /** The descriptor in a slot, for handing it to another process; -1 for a slot that is gone. */
  descriptorOf(slot: number, generation: number): number;
  /** Takes other memory, when the old was detached. */
  replaceMemory(memory: ArrayBuffer, receive: ArrayBuffer): void;
  /** Closes every descriptor; no event follows. */
  close(): void;
}

/** What the binary exports. */
export interface NativeModule {
  /**
   * `onBatch(at, count)` is called with events `at` to `count` in the shared memory and answers how many of them are told,
   * counted from 0: at least one more than `at`. The rest is told in another call, after what was written is sent.
   * `onBatch(-1, -1)` asks for `replaceMemory`: somebody detached the old.
   */
  readonly Poller: new (
    onBatch: (at: number, count: number) => number,
    memory: ArrayBuffer,
    receive: ArrayBuffer,
  ) => NativePoller;
  readonly layout: NativeLayout;
  /**
   * Copies `source` from `start` to `end` to `target` at `at`, masked as RFC 6455 §5.3 says: an exclusive or with four bytes over and
   * over, the lowest byte of `mask` with the first. Answers 0x80 if any byte of the result has its high bit set, else 0. The two
   * may be the same bytes, and must not overlap otherwise.
   */
  readonly maskInto: (
    target: Uint8Array,
    at: number,
    source: Uint8Array,
    start: number,
    end: number,
    mask: number,
  ) => number;
}
