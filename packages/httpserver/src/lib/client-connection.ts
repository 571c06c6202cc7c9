// One client's connection, as long as it lasts. Owns: who works on it, which is nobody while nothing happens, and its place
// among the server's connections and in the loop's sweep. Must not know: requests, answers.
// HOT: `pnpm bench http`
//
// Most connections of a large server wait for their next request. What reads requests and answers them, eight times this
// object's size, is lent to a connection when something comes on it, and taken back when all of it is answered:
//
//   [ nobody ] -- bytes, the client's end, a drain --> [ a worker ] -- answered, nothing else has come --> [ nobody ]
//                                                           '-- closing, given away: the worker stays --> [ gone ]
import { SocketContext } from './context.ts';
import type { Connection, ConnectionHost } from './connection-host.ts';
import type { ConnectionPhase, DetachedConnection } from './drain.ts';
import type { Exchange } from './exchange.ts';
import type { ProxyHeader } from './proxy-header.ts';
import type { ConnectionWorker } from './connection-worker.ts';
import type { Expirable, Transport, TransportError } from '@typhoon/ioloop';

/** After which time without a request the sweep looks at a connection no more; those that fall silent at once take turns. */
const REST_AFTER_MS = 1000;
const REST_GAP_MS = 250;
const REST_TURNS = 32;
let restTurn = 0;

/** A connection of a server, whatever it is at. */
export class ClientConnection implements Connection, Expirable {
  isDraining = false;
  sinceMs = 0;
  deadlineMs: number = Infinity;
  /** When its next head must have come; kept while nobody works on it. */
  endMs: number = Infinity;
  /** Whether there was no request yet. */
  isFresh = true;
  /** In the sweep, among those whose deadline stays. */
  #isResting = false;
  readonly #host: ConnectionHost;
  readonly #proxyHeader: ProxyHeader | null;
  #context: SocketContext | null = null;
  #worker: ConnectionWorker | null = null;

  constructor(host: ConnectionHost, proxyHeader: ProxyHeader | null) {
    this.#host = host;
    this.#proxyHeader = proxyHeader;
  }

  // From the transport.

  connectionMade(transport: Transport): void {
    const { loop, settings } = this.#host;
    this.#context = new SocketContext(transport, settings.protocol, this.#proxyHeader);
    this.sinceMs = loop.time();
    this.endMs = this.sinceMs + Math.min(settings.headerTimeoutMs, settings.idleTimeoutMs);
    this.lookSoon(this.sinceMs);
    loop.sweep.add(this);
  }

  dataReceived(buffer: Buffer, start: number, end: number): void {
    (this.#worker ?? this.#work()).dataReceived(buffer, start, end);
  }

  /** A client that leaves when nothing is under way needs nobody. */
  eofReceived(): boolean {
    if (this.#worker === null && this.transport.bufferedAmount === 0) return false;
    return (this.#worker ?? this.#work()).eofReceived();
  }

  pauseWriting(): void {
    (this.#worker ?? this.#work()).pauseWriting();
  }

  resumeWriting(): void {
    this.#worker?.resumeWriting();
  }

  connectionLost(error: TransportError | null): void {
    if (this.#worker === null) this.gone(null);
    else this.#worker.connectionLost(error);
  }

  /** From the sweep. */
  onDeadline(): void {
    if (this.#worker !== null) {
      this.#worker.onDeadline();
    } else if (this.endMs <= this.#host.loop.time()) {
      this.transport.abort(); // no request came in time, which nobody need hear of (H1C-5)
    } else if (this.transport.bufferedAmount > 0) {
      this.#work().onDeadline(); // the last answer must go
    } else if (!this.#isResting) {
      this.#host.loop.sweep.remove(this);
      this.deadlineMs = this.endMs;
      this.#host.loop.sweep.addFixed(this);
      this.#isResting = true;
    }
  }

  // From the server and its drain.

  get transport(): Transport {
    return this.context.transport;
  }

  get exchange(): Exchange | null {
    return this.#worker?.exchange ?? null;
  }

  get phase(): ConnectionPhase {
    if (this.#worker !== null) return this.#worker.phase;
    if (this.transport.isClosing) return 'ending';
    if (this.transport.bufferedAmount > 0) return 'busy';
    return this.isFresh ? 'fresh' : 'idle';
  }

  closeInOrder(): void {
    (this.#worker ?? this.#work()).closeInOrder();
  }

  giveUp(): void {
    if (this.#worker === null) this.transport.abort();
    else this.#worker.giveUp();
  }

  shut(): Promise<void> {
    if (this.#context === null) return Promise.resolve();
    return (this.#worker ?? this.#work()).shut();
  }

  // From the worker.

  /** What requests are told of the connection. */
  get context(): SocketContext {
    if (this.#context === null) throw new Error('a connection before it was made');
    return this.#context;
  }

  /** The sweep is to look before long, whether something is still to be sent. */
  lookSoon(now: number): void {
    restTurn = (restTurn + 1) % REST_TURNS;
    const { writeTimeoutMs } = this.#host.settings;
    const afterMs = Math.min(REST_AFTER_MS + restTurn * REST_GAP_MS, writeTimeoutMs);
    this.deadlineMs = Math.min(this.endMs, now + afterMs);
  }

  /** Everything that came is answered. */
  settled(worker: ConnectionWorker): void {
    this.#worker = null;
    this.#host.takeBack(worker);
  }

  /** It has ended, or was given away; the application hears it, once. */
  gone(detached: DetachedConnection | null): void {
    const { loop, app } = this.#host;
    if (this.#isResting) loop.sweep.removeFixed(this);
    else loop.sweep.remove(this);
    this.#isResting = false;
    this.#host.connectionGone(this, detached);
    if (this.#context !== null) app.onClose?.(this.#context);
  }

  #work(): ConnectionWorker {
    const { loop } = this.#host;
    if (this.#isResting) {
      loop.sweep.removeFixed(this);
      loop.sweep.add(this);
      this.#isResting = false;
    }
    const worker = this.#host.lend();
    this.#worker = worker;
    worker.workOn(this);
    return worker;
  }
}
