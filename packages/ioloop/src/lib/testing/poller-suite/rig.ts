// One loop with the poller under test, its connections, and the final accounts. Owns: what every test of the suite ends with:
// all connections lost exactly once, nothing against the contract, no exception that the test did not expect.
import assert from 'node:assert/strict';
import { IOLoop } from '../../ioloop.ts';
import { Recorder } from './recorder.ts';
import type {
  ConnectAddress,
  ConnectOptions,
  ListenAddress,
  Listener,
  ListenOptions,
  Poller,
  PollerHost,
} from '../../poller.ts';
import type { Script } from './recorder.ts';

/** The poller under test. */
export type CreatePoller = (host: PollerHost) => Poller;

class TestLoop extends IOLoop {
  readonly exceptions: unknown[] = [];

  override handleCallbackException(_callback: unknown, error: unknown): void {
    this.exceptions.push(error);
  }
}

/** Two connected ends. */
export interface Pair {
  readonly client: Recorder;
  readonly server: Recorder;
}

/** How the two ends of a pair behave, and what runs between them. */
export interface PairOptions {
  readonly client?: Script;
  readonly server?: Script;
  readonly address?: ListenAddress;
  readonly listen?: ListenOptions;
  readonly connect?: ConnectOptions;
}

/** Sends back what comes. */
export const ECHO: Script = {
  data: (bytes, transport) => {
    transport.write(bytes);
  },
};

/** Does not read. */
export const DEAF: Script = {
  made: (transport) => {
    transport.pauseReading();
  },
};

/** Keeps its own half when the peer's ends. */
export const HALF_OPEN: Script = { eof: () => true };

/** A loop, its poller, and all that was made with them. */
export class Rig {
  readonly loop: TestLoop;
  readonly #recorders: Recorder[] = [];

  constructor(create: CreatePoller) {
    this.loop = new TestLoop({ poller: create });
  }

  get poller(): Poller {
    return this.loop.poller;
  }

  /** What protocols threw so far; whoever asks expected it. */
  takeExceptions(): unknown[] {
    return this.loop.exceptions.splice(0);
  }

  recorder(script?: Script): Recorder {
    const recorder = new Recorder(this.loop, script);
    this.#recorders.push(recorder);
    return recorder;
  }

  /** Listens on a free port of 127.0.0.1, unless told otherwise, and answers with a recorder for each connection. */
  listen(
    script: Script = {},
    address: ListenAddress = { host: '127.0.0.1', port: 0 },
    options: ListenOptions = {},
    onAccept: (recorder: Recorder) => void = () => undefined,
  ): Promise<Listener> {
    return this.poller.listen(address, options, () => {
      const recorder = this.recorder(script);
      onAccept(recorder);
      return recorder;
    });
  }

  connect(listener: Listener, script: Script = {}, options: ConnectOptions = {}): Recorder {
    const recorder = this.recorder(script);
    this.poller.connect(connectAddressOf(listener), options, recorder);
    return recorder;
  }

  /** Two ends that have both heard `connectionMade`. */
  async pair(options: PairOptions = {}): Promise<Pair> {
    let onAccept: (recorder: Recorder) => void = () => undefined;
    const accepted = new Promise<Recorder>((resolve) => (onAccept = resolve));
    const listener = await this.listen(options.server, options.address, options.listen, onAccept);
    const client = this.connect(listener, options.client, options.connect);
    await client.until(() => client.events.length > 0);
    if (client.error !== undefined) throw client.error ?? new Error('the connection was closed');
    const server = await accepted;
    await server.heard('made');
    return { client, server };
  }

  /** The end of every test. */
  async settleAccounts(): Promise<void> {
    this.loop.close();
    for (const one of this.#recorders) await one.until(() => one.isDetached || one.isLost);
    await turn();
    for (const { faults } of this.#recorders) assert.deepEqual(faults, []);
    assert.deepEqual(this.takeExceptions(), []);
  }
}

/** Where to connect to reach a listener. */
export function connectAddressOf({ address }: Listener): ConnectAddress {
  const { host, port, path } = address;
  return path === '' ? { host, port } : { path };
}

/** A turn of Node.js's loop, I/O included. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** `size` bytes of which each says where it stands, more or less. */
export function pattern(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 8)) & 0xff;
  return bytes;
}

/** Writes until `pauseWriting` comes; answers how many bytes that took. The other end must not read. */
export async function fill(end: Recorder): Promise<number> {
  const chunk = pattern(262_144);
  let total = 0;
  while (!end.isWritingPaused) {
    end.write(chunk);
    total += chunk.length;
    assert.ok(total < 2 ** 28, 'pauseWriting never came');
    await turn();
  }
  return total;
}
