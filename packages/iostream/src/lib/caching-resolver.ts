// Addresses that are remembered. Owns: for how long, and that a name is asked for once however many wait.
// Must not know: who is asked.
import { shield } from '@typhoon/concurrent';
import { IOLoop } from '@typhoon/ioloop';
import type { Future } from '@typhoon/concurrent';
import type { AddressFamily, ResolvedAddress, Resolver } from './resolver.ts';

/** How a `CachingResolver` remembers. */
export interface CachingResolverOptions {
  /** Who is asked. */
  readonly resolver: Resolver;
  /** How long an answer counts, in milliseconds; the system does not say how long it should. Default 30000. */
  readonly ttlMs?: number;
  /** So many names are remembered, those asked for last. Default 1000. */
  readonly maxNames?: number;
}

interface Entry {
  readonly addresses: Future<readonly ResolvedAddress[]>;
  readonly endMs: number;
}

/**
 * Another resolver with a memory: the system's answers take a thread of Node.js's pool each, of which there are four. A
 * failure is not remembered.
 */
export class CachingResolver implements Resolver {
  readonly #resolver: Resolver;
  readonly #ttlMs: number;
  readonly #maxNames: number;
  /** The one asked for last is last. */
  readonly #entries = new Map<string, Entry>();

  constructor({ resolver, ttlMs = 30_000, maxNames = 1000 }: CachingResolverOptions) {
    this.#resolver = resolver;
    this.#ttlMs = ttlMs;
    this.#maxNames = maxNames;
  }

  /** As `Resolver`. Cancelling it gives up the wait alone: others may wait for the same name. */
  resolve(
    host: string,
    port: number,
    family: 0 | AddressFamily = 0,
  ): Future<readonly ResolvedAddress[]> {
    const key = `${host.toLowerCase()}:${port}/${family}`;
    const now = IOLoop.current().time();
    let entry = this.#entries.get(key);
    if (entry === undefined || entry.endMs <= now) entry = this.#ask(key, host, port, family, now);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#forgetOldest();
    return shield(entry.addresses);
  }

  /** Forgets a host, whose addresses have turned out wrong; without one, all. */
  forget(host?: string): void {
    const start = host === undefined ? '' : `${host.toLowerCase()}:`;
    for (const key of this.#entries.keys()) if (key.startsWith(start)) this.#entries.delete(key);
  }

  close(): void {
    this.#entries.clear();
    this.#resolver.close();
  }

  #ask(key: string, host: string, port: number, family: 0 | AddressFamily, now: number): Entry {
    const addresses = this.#resolver.resolve(host, port, family);
    const entry = { addresses, endMs: now + this.#ttlMs };
    addresses.addDoneCallback((done) => {
      const hasFailed = done.cancelled() || done.exception() !== null;
      if (hasFailed && this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry;
  }

  #forgetOldest(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxNames) return;
      this.#entries.delete(key);
    }
  }
}
