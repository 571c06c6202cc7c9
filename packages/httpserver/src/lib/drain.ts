// The end of a server without a lost request. Owns: which connection goes when, the deadline, the report.
// Must not know: how a connection closes (server-connection.ts), who listens (http-server.ts).
//
// What a client may see depends on what had arrived when we looked:
//
//   bytes of a request are here       it is read to its end and answered, with `Connection: close` if nothing is behind it
//   the last answer is on its way     what is left of it is sent, then our half is closed, and theirs waited for a little
//   nothing is here (idle)            our half is closed at once, or when the grace is over
//   a request crosses our FIN         nobody can help that: RFC 9112 §9.5 tells clients to repeat it. A grace makes it rare:
//                                     whoever sends a request within it is told `Connection: close`, and will not race
import { genLog } from '@typhoon/log';
import type { RequestHead } from '@typhoon/http1';
import type { IOLoop, TimeoutHandle, Transport } from '@typhoon/ioloop';
import type { Exchange } from './exchange.ts';
import type { DrainListener } from './http-connection.ts';
import type { RequestLoad } from './request-load.ts';

/** How to drain. */
export interface DrainOptions {
  /** Milliseconds from now after which what still runs is given up. Default 30000. */
  readonly deadlineMs?: number;
  /**
   * Milliseconds from now in which idle connections stay open: a request that comes is answered with `Connection: close`.
   * Default 0: idle connections are closed at once, and a client that sends at that very moment has to repeat its request.
   */
  readonly graceMs?: number;
}

/** A request that a drain gave up. */
export interface UnfinishedRequest {
  /** The method; empty when the answer was complete, and the client had not taken all of it. */
  readonly method: string;
  /** The request target, as sent; empty like the method. */
  readonly uri: string;
  /** The client's IP address. */
  readonly remoteIp: string;
  /** Milliseconds since its head came, up to 250 too many. */
  readonly forMs: number;
}

/** What a drain came to. */
export interface DrainResult {
  /** What ran when the deadline passed, detached connections with a drain callback included. Empty: nothing was lost. */
  readonly aborted: readonly UnfinishedRequest[];
  /** Detached connections that are still open; their owners close them. */
  readonly detached: readonly Transport[];
  /** Milliseconds from the first call to the end. */
  readonly tookMs: number;
}

/** A connection that the server has given away. */
export interface DetachedConnection {
  readonly transport: Transport;
  /** Of the request that it was given away for. */
  readonly head: RequestHead;
  /** When its head came, on `IOLoop.time()`. */
  readonly sinceMs: number;
  /** Called once when the server drains, at once when it does already; null for one that is nobody's concern. */
  readonly onDrain: DrainListener | (() => void) | null;
}

/**
 * What a connection is at: `fresh` has not said anything yet, `idle` waits for its next request, `busy` reads, answers or
 * sends, `ending` takes on nothing more.
 */
export type ConnectionPhase = 'fresh' | 'idle' | 'busy' | 'ending';

/** All that a drain asks of a connection. */
export interface Drainable {
  readonly transport: Transport;
  readonly phase: ConnectionPhase;
  /** When it was made or when its last request began, on `IOLoop.time()`, up to 250 ms early. */
  readonly sinceMs: number;
  /** What is being read or answered; null when nothing is. */
  readonly exchange: Exchange | null;
  /** Once it is set, the last answer says `Connection: close`. */
  isDraining: boolean;
  /** Closes our half, and drops what still comes. */
  closeInOrder(): void;
  /** Ends at once; whoever works on a request hears why. */
  giveUp(): void;
}

/** A server, as its drain sees it. */
export interface DrainedServer {
  readonly connections: ReadonlySet<Drainable>;
  readonly detached: ReadonlySet<DetachedConnection>;
  readonly load: RequestLoad;
  /** Accepts what the kernel has accepted, then closes the listeners. */
  stopListening(): void;
}

const DEFAULT_DEADLINE_MS = 30_000;
const TICK_MS = 5;
/** What has arrived is read in so many turns; under a flood there is no end to it. */
const MOST_TURNS = 100;
/** From the second turn on a whole poll lies between two. */
const FEWEST_TURNS = 2;
const LOGGED_AT_MOST = 10;
/** A client that does not close its half is given so long to read, from when our last byte has left. */
const LINGER_MS = 15;
/** A client that has just connected is given so long for its first request. */
const FIRST_REQUEST_MS = 100;
const LINE_FEED = 0x0a;

/** One drain, from the first call of `drain` to its result. */
export class Drain {
  readonly result: Promise<DrainResult>;
  readonly #loop: IOLoop;
  readonly #server: DrainedServer;
  readonly #sinceMs: number;
  #deadlineMs = Infinity;
  #graceEndMs = Infinity;
  #resolve: (result: DrainResult) => void = () => undefined;
  #timer: TimeoutHandle | null = null;
  /** When the last byte of an ending connection was seen to have left. */
  readonly #flushedMs = new Map<Drainable, number>();
  #isListening = true;
  #turns = 0;
  #begun = -1;
  #connected = -1;
  #isOver = false;

  constructor(loop: IOLoop, server: DrainedServer) {
    this.#loop = loop;
    this.#server = server;
    this.#sinceMs = loop.time();
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Begins; a later call can make it end sooner. */
  hasten({ deadlineMs = DEFAULT_DEADLINE_MS, graceMs = 0 }: DrainOptions): void {
    const isNew = this.#deadlineMs === Infinity;
    const now = this.#loop.time();
    this.#deadlineMs = Math.min(this.#deadlineMs, now + deadlineMs);
    this.#graceEndMs = Math.min(this.#graceEndMs, now + graceMs);
    if (!isNew) return;
    for (const connection of this.#server.connections) {
      connection.isDraining = true;
      connection.exchange?.serverDrains();
    }
    for (const detached of this.#server.detached) this.tellDetached(detached);
    this.#turn();
  }

  /** A connection was detached before, or just now. */
  tellDetached({ onDrain }: DetachedConnection): void {
    if (typeof onDrain === 'function') this.#loop.addCallback(onDrain);
    else if (onDrain !== null) this.#loop.addCallback(tellDrain, onDrain);
  }

  /** A connection has ended: perhaps that was the last. */
  connectionGone(connection: Drainable): void {
    this.#flushedMs.delete(connection);
    if (!this.#isListening && this.#hasEnded()) this.#finish([]);
  }

  /** Turns of the loop, until one brings nothing new: then all that had arrived has been read. */
  readonly #turn = (): void => {
    const { load, connections } = this.#server;
    const isQuiet = load.begun === this.#begun && connections.size <= this.#connected;
    this.#begun = load.begun;
    this.#connected = connections.size;
    if (this.#turns++ < FEWEST_TURNS || (!isQuiet && this.#turns < MOST_TURNS)) {
      this.#loop.addCallback(this.#turn);
      return;
    }
    this.#server.stopListening();
    this.#isListening = false;
    this.#tick();
  };

  readonly #tick = (): void => {
    this.#timer = null;
    if (this.#isOver) return;
    const now = this.#loop.time();
    if (now >= this.#deadlineMs) {
      this.#giveUp(now);
      return;
    }
    const isGraceOver = now >= this.#graceEndMs;
    for (const connection of this.#server.connections) this.#look(connection, now, isGraceOver);
    if (this.#hasEnded()) this.#finish([]);
    else this.#timer = this.#loop.callLater(TICK_MS, this.#tick);
  };

  #look(connection: Drainable, now: number, isGraceOver: boolean): void {
    const { phase, transport } = connection;
    if (phase === 'ending') {
      if (transport.bufferedAmount > 0) return;
      const since = this.#flushedMs.get(connection);
      if (since === undefined) this.#flushedMs.set(connection, now);
      else if (now - since >= LINGER_MS) transport.close();
    } else if (phase === 'idle' && isGraceOver) {
      connection.closeInOrder();
    } else if (phase === 'fresh' && isGraceOver && now - connection.sinceMs >= FIRST_REQUEST_MS) {
      connection.closeInOrder();
    }
  }

  #hasEnded(): boolean {
    return this.#server.connections.size === 0 && this.#awaited().length === 0;
  }

  /** Detached connections that said they would end by themselves. */
  #awaited(): DetachedConnection[] {
    const open: DetachedConnection[] = [];
    for (const one of this.#server.detached) {
      if (one.onDrain !== null && !one.transport.isClosing) open.push(one);
    }
    return open;
  }

  #giveUp(now: number): void {
    const aborted: UnfinishedRequest[] = [];
    for (const connection of [...this.#server.connections]) {
      const request = unfinishedOn(connection, now);
      if (request !== null) aborted.push(request);
      connection.giveUp();
    }
    for (const { transport, head, sinceMs } of this.#awaited()) {
      const { method, target: uri } = head;
      aborted.push({ method, uri, remoteIp: transport.remoteAddress.host, forMs: now - sinceMs });
      transport.abort();
    }
    this.#finish(aborted);
  }

  #finish(aborted: readonly UnfinishedRequest[]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#timer !== null) this.#loop.removeTimeout(this.#timer);
    const detached: Transport[] = [];
    for (const { transport } of this.#server.detached) {
      if (!transport.isClosing) detached.push(transport);
    }
    const tookMs = this.#loop.time() - this.#sinceMs;
    if (aborted.length > 0) logAborted(aborted, tookMs);
    this.#resolve({ aborted, detached, tookMs });
  }
}

function tellDrain(listener: DrainListener): void {
  listener.onDrain();
}

/** What is being answered or sent; null when nothing is. */
function unfinishedOn(
  { exchange, transport, sinceMs }: Drainable,
  now: number,
): UnfinishedRequest | null {
  const forMs = Math.max(0, now - sinceMs);
  if (exchange !== null) {
    const { head, context } = exchange;
    return { method: head.method, uri: head.target, remoteIp: context.remoteIp, forMs };
  }
  if (transport.bufferedAmount === 0) return null;
  return { method: '', uri: '', remoteIp: transport.remoteAddress.host, forMs };
}

/** The index behind the first line of these bytes: no request ends in the middle of one, if it has no body. */
export function lineEnd(buffer: Buffer, start: number, end: number): number {
  const found = buffer.indexOf(LINE_FEED, start);
  return found < 0 || found >= end ? end : found + 1;
}

function logAborted(aborted: readonly UnfinishedRequest[], tookMs: number): void {
  const lines = aborted
    .slice(0, LOGGED_AT_MOST)
    .map(({ method, uri, remoteIp, forMs }) =>
      method === ''
        ? `an answer that ${remoteIp} did not take`
        : `${method} ${uri} (${remoteIp}) for ${Math.round(forMs)} ms`,
    );
  const more = aborted.length > lines.length ? ` and ${aborted.length - lines.length} more` : '';
  genLog.warning('Drain gave up after %d ms: %s%s', Math.round(tookMs), lines.join(', '), more);
}
