// A native poller with its memory, and the events it told, for tests that drive the native part itself.
import assert from 'node:assert/strict';
import { EventKind } from '../src/lib/events.ts';
import { loadNative } from '../src/lib/native.ts';
import type { NativeModule, NativePoller } from '../src/lib/native-module.ts';

/** One event, as it was told. */
export interface Told {
  readonly slot: number;
  readonly generation: number;
  readonly kind: number;
  readonly value: number;
}

const { native, reason } = loadNative();

/** Why the native tests cannot run here, or null. */
export const cannot: string | null = native === null ? reason : null;

/** The native part; only for tests that run. */
export function nativePart(): NativeModule {
  assert.ok(native !== null, reason);
  return native;
}

/** One poller under test. */
export class NativeRig {
  readonly poller: NativePoller;
  readonly told: Told[] = [];
  /** Called for each event. */
  onEvent: (told: Told) => void = () => undefined;
  memory: ArrayBuffer;
  receive: ArrayBuffer;
  /** How often the memory had to be replaced. */
  replaced = 0;
  #waiting: { readonly test: () => boolean; readonly resolve: () => void }[] = [];

  constructor() {
    const { Poller, layout } = nativePart();
    this.memory = new ArrayBuffer(layout.memoryBytes);
    this.receive = new ArrayBuffer(layout.receiveBytes);
    this.poller = new Poller((at, count) => this.#onBatch(at, count), this.memory, this.receive);
  }

  /** Resolves when an event of that kind was told. */
  async heard(kind: number, slot?: number): Promise<Told> {
    const find = (): Told | undefined =>
      this.told.find((one) => one.kind === kind && (slot === undefined || one.slot === slot));
    await this.until(() => find() !== undefined);
    const found = find();
    assert.ok(found !== undefined);
    return found;
  }

  until(test: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ test, resolve });
      this.#look();
    });
  }

  /** A listener, and a connection to it: both ends. */
  async pair(): Promise<{
    readonly client: Told;
    readonly server: Told;
    readonly listener: number;
  }> {
    const { poller } = this;
    const listener = poller.listen('127.0.0.1', 0, 16, false, false);
    const { port } = poller.localAddress(listener, poller.generationOf(listener));
    const slot = poller.connect('127.0.0.1', port, '', 0);
    const client = await this.heard(EventKind.connected, slot);
    const server = await this.heard(EventKind.accept);
    return { client, server, listener };
  }

  /** Notes a send in the shared memory, as JavaScript's side does. */
  note(slot: number, generation: number, start: number, end: number): void {
    const { layout } = nativePart();
    const header = new Int32Array(this.memory, 0, 3);
    const sends = new Int32Array(this.memory, layout.sendsAt);
    const count = header[0] ?? 0;
    sends.set([slot, generation, start, end], count * 4);
    header[0] = count + 1;
  }

  #onBatch(at: number, count: number): number {
    if (at < 0) {
      this.replaced++;
      const { layout } = nativePart();
      this.memory = new ArrayBuffer(layout.memoryBytes);
      this.receive = new ArrayBuffer(layout.receiveBytes);
      this.poller.replaceMemory(this.memory, this.receive);
      return 0;
    }
    try {
      this.#tell(at, count);
    } finally {
      this.#look();
    }
    return count;
  }

  #tell(at: number, count: number): void {
    for (let n = at; n < count; n++) {
      const header = new Int32Array(this.memory, 0, 3);
      header[2] = n;
      const events = new Int32Array(this.memory, nativePart().layout.eventsAt + n * 16, 4);
      const [slot = 0, generation = 0, kind = 0, value = 0] = events;
      const told = { slot, generation, kind, value };
      this.told.push(told);
      this.onEvent(told);
    }
  }

  #look(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      if (one.test()) one.resolve();
      else this.#waiting.push(one);
    }
  }
}
