// Happy eyeballs: several addresses of one host, two families at once, the first connection wins (RFC 8305, simplified).
// Owns: which attempt is next, who wins, who is closed. Must not know: how connecting works.
import { Future } from '@typhoon/concurrent';
import { IOLoop, TransportError } from '@typhoon/ioloop';
import type { TimeoutHandle } from '@typhoon/ioloop';
import type { ResolvedAddress } from './resolver.ts';

/** What a connector asks of a stream. */
export interface Closable {
  close(): void;
}

/** One attempt: the stream, and the future of its being connected. */
export interface ConnectorAttempt<S extends Closable> {
  readonly stream: S;
  readonly connected: Future<S>;
}

/** How the attempts are made. */
export interface ConnectorOptions {
  /** The second family begins when the first has not connected after so many milliseconds. Default 300. */
  readonly secondaryDelayMs?: number;
  /** Errors after which no other address is tried. Default: none. */
  readonly isFatal?: (error: unknown) => boolean;
}

const SECONDARY_DELAY_MS = 300;

/** Tries the addresses of one host (TCC-1). */
export class Connector<S extends Closable> {
  readonly #loop = IOLoop.current();
  readonly #connect: (address: ResolvedAddress) => ConnectorAttempt<S>;
  readonly #options: ConnectorOptions;
  readonly #primary: ResolvedAddress[];
  readonly #secondary: ResolvedAddress[];
  readonly #attempts = new Set<ConnectorAttempt<S>>();
  readonly #future: Future<S>;
  #lastError: unknown = null;
  #timer: TimeoutHandle | null = null;

  constructor(
    addresses: readonly ResolvedAddress[],
    connect: (address: ResolvedAddress) => ConnectorAttempt<S>,
    options: ConnectorOptions = {},
  ) {
    const [primary, secondary] = splitByFamily(addresses);
    this.#primary = [...primary];
    this.#secondary = [...secondary];
    this.#connect = connect;
    this.#options = options;
    this.#future = new Future<S>({
      onCancel: () => {
        this.#future.setCancelled();
        this.#end(null);
        return true;
      },
    });
  }

  /** Begins. The future fails with the last attempt's error when all have failed (TCC-3); cancelling it closes all attempts. */
  start(): Future<S> {
    this.#tryNext(this.#primary);
    if (!this.#future.done() && this.#secondary.length > 0) {
      this.#timer = this.#loop.callLater(
        this.#options.secondaryDelayMs ?? SECONDARY_DELAY_MS,
        this.#startSecondary,
      );
    }
    return this.#future;
  }

  readonly #startSecondary = (): void => {
    this.#stopTimer();
    if (!this.#future.done()) this.#tryNext(this.#secondary);
  };

  #tryNext(queue: ResolvedAddress[]): void {
    const address = queue.shift();
    if (address === undefined) {
      const isOver =
        this.#attempts.size === 0 && this.#primary.length + this.#secondary.length === 0;
      if (isOver && !this.#future.done()) this.#fail();
      return;
    }
    const attempt = this.#connect(address);
    this.#attempts.add(attempt);
    attempt.connected.addDoneCallback((done) => {
      this.#attempts.delete(attempt);
      this.#finish(attempt, done, queue);
    });
  }

  #finish({ stream }: ConnectorAttempt<S>, done: Future<S>, queue: ResolvedAddress[]): void {
    const error = done.cancelled() ? null : done.exception();
    if (this.#future.done()) {
      if (error === null) stream.close(); // too late
    } else if (error === null) {
      this.#end(stream);
      this.#future.setResult(stream);
    } else {
      this.#lastError = error;
      if (this.#options.isFatal?.(error) === true) {
        this.#fail();
        return;
      }
      this.#tryNext(queue);
      // The first failure: no need to wait any longer.
      if (this.#timer !== null) this.#startSecondary();
    }
  }

  #fail(): void {
    this.#end(null);
    this.#future.setException(
      this.#lastError ?? new TransportError('ERR_IO', 'connection failed: there is no address'),
    );
  }

  /** No attempt is made any more; all streams but the winner's are closed (TCC-2). */
  #end(winner: S | null): void {
    this.#stopTimer();
    this.#primary.length = 0;
    this.#secondary.length = 0;
    for (const { stream } of this.#attempts) if (stream !== winner) stream.close();
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#loop.removeTimeout(this.#timer);
    this.#timer = null;
  }
}

/** The addresses of the first one's family, and the others. */
export function splitByFamily(
  addresses: readonly ResolvedAddress[],
): readonly [primary: readonly ResolvedAddress[], secondary: readonly ResolvedAddress[]] {
  const family = addresses[0]?.family;
  return [
    addresses.filter((one) => one.family === family),
    addresses.filter((one) => one.family !== family),
  ];
}
