// One connection to Redis that comes back. Owns: options of the client, finding out that the other end is dead.
// Must not know: what is said over it.
//
// What was asked and not answered when a connection ends has failed: whether it is asked again is not for the client to decide,
// for it does not know what may happen twice. So all that it would repeat by itself is switched off.
import { Redis, type RedisOptions } from 'ioredis';
import type { IOLoop, TimeoutHandle } from '@typhoon/ioloop';

/** Where Redis is, and how long silence may last. */
export interface RedisLinkOptions {
  /** A URL, `redis://127.0.0.1:6379`, or options of ioredis. */
  readonly connection: string | RedisOptions;
  /** Milliseconds between two questions whether Redis is there. Default 10000. */
  readonly pingIntervalMs?: number;
  /** Milliseconds that it has for the answer, before the connection is given up and made anew. Default 5000. */
  readonly pingTimeoutMs?: number;
}

/** Who uses it; called within an event of the loop. */
export interface LinkOwner {
  /** Redis answers. */
  linkUp(link: RedisLink): void;
  /** It does not; also after each try to connect that failed. */
  linkDown(link: RedisLink, reason: string): void;
}

const RETRY_STEP_MS = 50;
const RETRY_MOST_MS = 1000;
const PING_INTERVAL_MS = 10_000;
const PING_TIMEOUT_MS = 5000;
/** What is dead is not waited for when it is closed. */
const DISCONNECT_MS = 100;

const NOTHING_TWICE: RedisOptions = {
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  disconnectTimeout: DISCONNECT_MS,
  enableOfflineQueue: false,
  lazyConnect: false,
  maxRetriesPerRequest: 0,
  retryStrategy: (attempt) => Math.min(attempt * RETRY_STEP_MS, RETRY_MOST_MS),
};

/** Connected, or trying to be, until it is closed. */
export class RedisLink {
  readonly redis: Redis;
  /** How many connections there have been: what belongs to an older one is nobody's concern. */
  epoch = 0;
  isUp = false;
  readonly #loop: IOLoop;
  readonly #owner: LinkOwner;
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  #timer: TimeoutHandle | null = null;
  #isAnswered = true;
  #reason = 'the connection was closed';

  constructor(loop: IOLoop, owner: LinkOwner, options: RedisLinkOptions) {
    const { connection, pingIntervalMs, pingTimeoutMs } = options;
    this.#loop = loop;
    this.#owner = owner;
    this.#intervalMs = pingIntervalMs ?? PING_INTERVAL_MS;
    this.#timeoutMs = pingTimeoutMs ?? PING_TIMEOUT_MS;
    this.redis =
      typeof connection === 'string'
        ? new Redis(connection, NOTHING_TWICE)
        : new Redis({ ...connection, ...NOTHING_TWICE });
    this.redis.on('error', (error: Error) => {
      this.#reason = error.message;
    });
    this.redis.on('connect', () => {
      this.#expectAnswer();
    });
    this.redis.on('ready', () => {
      this.within(() => {
        this.#up();
      });
    });
    this.redis.on('close', () => {
      this.within(() => {
        this.#down();
      });
    });
  }

  /** Ends it for good. */
  close(): void {
    this.#stopTimer();
    this.redis.removeAllListeners('close');
    this.redis.removeAllListeners('ready');
    this.isUp = false;
    this.redis.disconnect();
  }

  /** Runs `work` as an event of the loop. */
  within(work: () => void): void {
    this.#loop.enter();
    try {
      work();
    } finally {
      this.#loop.exit();
    }
  }

  #up(): void {
    this.epoch++;
    this.isUp = true;
    this.#isAnswered = true;
    this.#waitForNextPing();
    this.#owner.linkUp(this);
  }

  #down(): void {
    this.#stopTimer();
    this.epoch++;
    this.isUp = false;
    const reason = this.#reason;
    this.#reason = 'the connection was closed';
    this.#owner.linkDown(this, reason);
  }

  #waitForNextPing(): void {
    this.#stopTimer();
    this.#timer = this.#loop.callLater(this.#intervalMs, this.#ping);
  }

  readonly #ping = (): void => {
    const { epoch } = this;
    this.#expectAnswer();
    this.redis.ping().then(
      () => {
        if (epoch !== this.epoch) return;
        this.#isAnswered = true;
        this.#waitForNextPing();
      },
      () => undefined, // the connection has ended, or does so when its time is over
    );
  };

  #expectAnswer(): void {
    this.#stopTimer();
    this.#isAnswered = false;
    this.#timer = this.#loop.callLater(this.#timeoutMs, this.#timeOut);
  }

  /** If it was this process that had no time, the answer is here and was not read yet: one turn more. */
  readonly #timeOut = (): void => {
    const { epoch } = this;
    this.#timer = null;
    this.#loop.addCallback(() => {
      if (epoch !== this.epoch || this.#isAnswered) return;
      this.#reason = `no answer in ${this.#timeoutMs} ms`;
      this.redis.disconnect(true);
    });
  };

  #stopTimer(): void {
    if (this.#timer !== null) this.#loop.removeTimeout(this.#timer);
    this.#timer = null;
  }
}
