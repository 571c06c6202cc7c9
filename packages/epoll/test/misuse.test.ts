// Everything JavaScript can do wrong to the native part: always a typed error, never a crash. Also run under sanitizers.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventKind, SendKind } from '../src/lib/events.ts';
import { cannot, nativePart, NativeRig } from './rig.ts';

type Method = (...values: unknown[]) => unknown;

/** Each method with arguments that are good. */
const CALLS: Readonly<Record<string, readonly unknown[]>> = {
  listen: ['127.0.0.1', 0, 16, false, false],
  listenPath: ['/nowhere/at/all', 16],
  listenDescriptor: [0],
  connect: ['127.0.0.1', 1, '', 0],
  connectPath: ['/nowhere/at/all'],
  watch: [0, 1],
  rewatch: [0, 0, 1],
  unwatch: [0, 0],
  accept: [0, 0],
  generationOf: [0],
  send: [],
  write: [0, 0, 0, new Uint8Array(10)],
  abort: [0, 0, true],
  setReading: [0, 0, true],
  setNoDelay: [0, 0, true],
  queued: [0, 0],
  localAddress: [0, 0],
  peerAddress: [0, 0],
  resumeAccepting: [],
  setAccepting: [0, 0, true],
  descriptorOf: [0, 0],
  replaceMemory: [new ArrayBuffer(1 << 20), new ArrayBuffer(1 << 20)],
};
const METHODS = [...Object.keys(CALLS), 'close'];

class Thrower {
  valueOf(): never {
    throw new Error('valueOf was called');
  }
  toString(): never {
    throw new Error('toString was called');
  }
}

/** Values of every type; none of them is converted to another. */
const VALUES: readonly unknown[] = [
  undefined,
  null,
  true,
  -1,
  0.5,
  NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  1e308,
  'text',
  '\0',
  '9'.repeat(1000),
  '\ud800',
  10n,
  Symbol('symbol'),
  {},
  [],
  new Thrower(),
  () => undefined,
  new Uint8Array(0),
  new Float64Array(4),
  new DataView(new ArrayBuffer(8)),
  new ArrayBuffer(8),
  new SharedArrayBuffer(8),
  new Proxy({}, {}),
  detached(),
];

function detached(): Uint8Array {
  const bytes = new Uint8Array(64);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

function method(target: unknown, name: string): Method {
  return (target as Record<string, Method>)[name]!;
}

/** Calls; whatever is thrown must be an error with a code. */
function attempt(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect(error).toHaveProperty('code', expect.stringMatching(/^E[A-Z_0-9]+$/));
  }
}

/** Something that epoll can watch and that nobody else does. */
function rawDescriptor(): number {
  const folder = mkdtempSync(join(tmpdir(), 'misuse-'));
  const path = join(folder, 'fifo');
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, 'r+');
  rmSync(folder, { recursive: true });
  return fd;
}

function isSocketPath(text: string): boolean {
  if (text.startsWith('\0') || text.length > 100) return false;
  return statSync(text, { throwIfNoEntry: false })?.isSocket() === true;
}

describe.skipIf(cannot !== null)('the native part', () => {
  let rig: NativeRig;

  afterAll(() => {
    // `listenPath` with any text makes a socket of that name.
    for (const value of VALUES) {
      if (typeof value === 'string' && isSocketPath(value)) rmSync(value, { force: true });
    }
  });

  beforeEach(() => {
    rig = new NativeRig();
  });

  afterEach(() => {
    attempt(() => {
      rig.poller.close();
    });
  });

  it('has nothing that this suite does not know', () => {
    expect(Object.keys(nativePart()).sort()).toEqual(['Poller', 'layout', 'maskInto']);
    expect(Object.getOwnPropertySymbols(nativePart().Poller.prototype)).toEqual([]);
    const names = Object.getOwnPropertyNames(nativePart().Poller.prototype);
    expect(names.filter((name) => name !== 'constructor').sort()).toEqual([...METHODS].sort());
  });

  for (const [name, good] of Object.entries(CALLS)) {
    it(`${name} answers a wrong value in any place with a typed error`, () => {
      for (let at = 0; at < good.length; at++) {
        for (const value of VALUES) {
          if (name === 'watch' && at === 0 && typeof value === 'number' && value >= 0) continue;
          attempt(() => method(rig.poller, name).apply(rig.poller, good.with(at, value)));
        }
        attempt(() => method(rig.poller, name).apply(rig.poller, good.slice(0, at)));
      }
      attempt(() => method(rig.poller, name).apply(rig.poller, [...good, ...VALUES]));
    });

    it(`${name} refuses another this`, () => {
      for (const self of [
        undefined,
        null,
        5,
        {},
        new Proxy(rig.poller, {}),
        Object.create(rig.poller),
        structuredClone(rig.poller), // what another thread would get
      ]) {
        expect(() => method(rig.poller, name).apply(self, [...good])).toThrow(TypeError);
      }
    });
  }

  it('takes every call for a slot of every kind', async () => {
    const { client, server, listener } = await rig.pair();
    const { poller } = rig;
    const { port } = poller.localAddress(listener, poller.generationOf(listener));
    for (const [name, good] of Object.entries(CALLS)) {
      if (good[0] !== 0 || good[1] !== 0) continue; // takes no slot
      const pipe = rawDescriptor();
      const slots = [
        listener,
        client.slot,
        server.slot,
        poller.connect('127.0.0.1', port, '', 0),
        poller.watch(pipe, 1),
      ];
      for (const slot of slots) {
        attempt(() =>
          method(poller, name).call(poller, slot, poller.generationOf(slot), ...good.slice(2)),
        );
        attempt(() => method(poller, name).call(poller, slot, 2 ** 31 - 1, ...good.slice(2)));
      }
      await new Promise((resolve) => setImmediate(resolve));
      poller.unwatch(slots[4]!, poller.generationOf(slots[4]!));
      closeSync(pipe);
    }
  });

  it('answers wrong types with a TypeError and wrong numbers with a RangeError', () => {
    const { poller } = rig;
    const type: unknown = expect.objectContaining({
      name: 'TypeError',
      code: 'ERR_INVALID_ARG_TYPE',
    });
    const range: unknown = expect.objectContaining({
      name: 'RangeError',
      code: 'ERR_OUT_OF_RANGE',
    });
    expect(() => poller.listen(5 as never, 0, 1, false, false)).toThrow(type);
    expect(() => poller.listen('127.0.0.1', 70_000, 1, false, false)).toThrow(range);
    expect(() => poller.listen('127.0.0.1', 0, 1, 1 as never, false)).toThrow(type);
    expect(() => poller.generationOf(-1)).toThrow(range);
    expect(() => poller.generationOf(1.5)).toThrow(range);
    expect(() => {
      poller.write(0, 0, 2 ** 30, new Uint8Array(1));
    }).toThrow(range);
    expect(() => {
      poller.replaceMemory(new ArrayBuffer(8), new ArrayBuffer(8));
    }).toThrow(range);
  });

  it('answers what the system refuses with its name', () => {
    const { poller } = rig;
    const named = (code: string): unknown => expect.objectContaining({ code });
    expect(() => poller.listen('no address', 0, 1, false, false)).toThrow(named('EINVAL'));
    expect(() => poller.listen('203.0.113.1', 0, 1, false, false)).toThrow(named('EADDRNOTAVAIL'));
    expect(() => poller.listenPath('x'.repeat(300), 1)).toThrow(named('ENAMETOOLONG'));
    expect(() => poller.connectPath('/nowhere')).toThrow(named('ENOENT'));
    expect(() => poller.listenDescriptor(12_345)).toThrow(named('EBADF'));
    const own = poller.listen('127.0.0.1', 0, 1, false, false);
    const fd = poller.descriptorOf(own, poller.generationOf(own));
    expect(() => poller.listenDescriptor(fd)).toThrow(named('EEXIST'));
    expect(() => poller.watch(12_345, 1)).toThrow(named('EBADF'));
    const file = openSync('/proc/self/exe', 'r');
    expect(() => poller.listenDescriptor(file)).toThrow(named('ENOTSOCK'));
    expect(() => poller.watch(file, 1)).toThrow(named('EPERM'));
    closeSync(file);
  });

  it('cannot be called without new, or made of something else', () => {
    const { Poller, layout } = nativePart();
    const memory = new ArrayBuffer(layout.memoryBytes);
    const receive = new ArrayBuffer(layout.receiveBytes);
    expect(() => (Poller as unknown as Method)(() => 0, memory, receive)).toThrow(TypeError);
    for (const value of VALUES) {
      attempt(() => Reflect.construct(Poller, [value, memory, receive]));
      attempt(() => Reflect.construct(Poller, [() => 0, value, receive]));
      attempt(() => Reflect.construct(Poller, [() => 0, memory, value]));
    }
  });

  it('answers every call after close with ERR_POLLER_CLOSED', async () => {
    const { client } = await rig.pair();
    rig.poller.close();
    for (const name of METHODS) {
      const good = CALLS[name] ?? [];
      expect(() => method(rig.poller, name).apply(rig.poller, [...good])).toThrow(
        expect.objectContaining({ code: 'ERR_POLLER_CLOSED' }),
      );
    }
    expect(client.kind).toBe(EventKind.connected);
  });

  it('knows no slot by the name that it had before', async () => {
    const { client } = await rig.pair();
    const { slot, generation } = client;
    const { poller } = rig;
    poller.abort(slot, generation, true);
    poller.abort(slot, generation, true);
    await rig.heard(EventKind.lost, slot);
    await new Promise((resolve) => setImmediate(resolve));
    poller.abort(slot, generation, false);
    poller.write(slot, generation, 0, new Uint8Array(100_000));
    poller.setReading(slot, generation, true);
    poller.unwatch(slot, generation);
    rig.note(slot, generation, 0, 10);
    rig.note(slot, generation, SendKind.close, 0);
    poller.send();
    expect(poller.queued(slot, generation)).toBe(0);
  });
});

describe.skipIf(cannot !== null)('maskInto', () => {
  const good = (): unknown[] => [new Uint8Array(300), 7, new Uint8Array(200), 3, 150, -1];
  const maskInto = (...values: unknown[]): unknown => method(nativePart(), 'maskInto')(...values);

  it('answers a wrong value in any place with a typed error', () => {
    for (let at = 0; at < good().length; at++) {
      for (const value of VALUES) attempt(() => maskInto(...good().with(at, value)));
      attempt(() => maskInto(...good().slice(0, at)));
    }
    attempt(() => maskInto(...good(), ...VALUES));
  });

  it('neither reads nor writes beyond either end', () => {
    const range: unknown = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' });
    for (const [at, start, end] of [
      [301, 0, 0],
      [0, 201, 201],
      [0, 0, 201],
      [0, 50, 49],
      [150, 0, 151],
      [300, 0, 1],
      [-1, 0, 1],
      [0, -1, 1],
    ]) {
      expect(() => maskInto(...good().with(1, at).with(3, start).with(4, end))).toThrow(range);
    }
    expect(maskInto(...good().with(1, 300).with(3, 200).with(4, 200))).toBe(0);
    expect(maskInto(...good().with(2, detached()).with(3, 0).with(4, 0))).toBe(0);
    expect(() => maskInto(...good().with(0, detached()).with(1, 0))).toThrow(range);
  });
});

describe.skipIf(cannot !== null)('the memory shared with the native part', () => {
  let rig: NativeRig;

  beforeEach(() => {
    rig = new NativeRig();
  });

  afterEach(() => {
    rig.poller.close();
  });

  it('may hold any numbers: sends that make no sense are dropped', async () => {
    const { client, server } = await rig.pair();
    const odd = [-(2 ** 31), -3, -1, 0, 1, 2 ** 18, 2 ** 18 + 1, 2 ** 31 - 1];
    for (const start of odd) {
      for (const end of odd) {
        rig.note(server.slot, server.generation, start < 0 && start >= -2 ? -3 : start, end);
        rig.note(start, end, 0, 5);
      }
    }
    rig.poller.send();
    for (const count of [-1, -(2 ** 31), 2 ** 31 - 1]) {
      new Int32Array(rig.memory, 0, 1)[0] = count;
      rig.poller.send();
    }
    rig.poller.write(client.slot, client.generation, 5, new Uint8Array(3));
    await rig.heard(EventKind.data, server.slot);
  });

  it('is replaced when it was detached', async () => {
    const { client, server } = await rig.pair();
    structuredClone(rig.receive, { transfer: [rig.receive] });
    rig.poller.write(client.slot, client.generation, 0, new Uint8Array(10));
    const { value } = await rig.heard(EventKind.data, server.slot);
    expect([value, rig.replaced]).toEqual([10, 1]);
    structuredClone(rig.memory, { transfer: [rig.memory] });
    expect(() => {
      rig.poller.send();
    }).toThrow(expect.objectContaining({ code: 'ERR_MEMORY_DETACHED' }));
    rig.poller.abort(client.slot, client.generation, true);
    await rig.heard(EventKind.lost, server.slot);
    expect(rig.replaced).toBe(2);
  });

  it('ends a connection whose bytes are taken away before they are sent', async () => {
    const { client, server } = await rig.pair();
    rig.poller.setReading(server.slot, server.generation, false);
    const bytes = new Uint8Array(1 << 25);
    rig.poller.write(client.slot, client.generation, 0, bytes);
    expect(rig.poller.queued(client.slot, client.generation)).toBeGreaterThan(0);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    rig.poller.setReading(server.slot, server.generation, true);
    const { value } = await rig.heard(EventKind.lost, client.slot);
    expect(value).toBeGreaterThan(0);
  });

  it('ends a connection whose bytes shrink before they are sent', async () => {
    const { client, server } = await rig.pair();
    rig.poller.setReading(server.slot, server.generation, false);
    const Resizable = ArrayBuffer as unknown as new (
      size: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer & { resize(size: number): void };
    const buffer = new Resizable(1 << 25, { maxByteLength: 1 << 25 });
    rig.poller.write(client.slot, client.generation, 0, new Uint8Array(buffer));
    buffer.resize(10);
    rig.poller.setReading(server.slot, server.generation, true);
    await rig.heard(EventKind.lost, client.slot);
  });
});

describe.skipIf(cannot !== null)('a callback of the native part', () => {
  it('may close the poller', async () => {
    const rig = new NativeRig();
    rig.onEvent = () => {
      if (rig.told.length < 3) return;
      rig.onEvent = () => undefined;
      rig.poller.close();
    };
    const { poller } = rig;
    const listener = poller.listen('127.0.0.1', 0, 16, false, false);
    const { port } = poller.localAddress(listener, poller.generationOf(listener));
    for (let n = 0; n < 10; n++) poller.connect('127.0.0.1', port, '', 0);
    await rig.until(() => rig.told.length >= 3);
    await new Promise((resolve) => setImmediate(resolve));
    expect(() => poller.queued(0, 0)).toThrow(
      expect.objectContaining({ code: 'ERR_POLLER_CLOSED' }),
    );
  });

  it('may call everything there is', async () => {
    const rig = new NativeRig();
    let calls = 0;
    rig.onEvent = () => {
      for (const [name, good] of Object.entries(CALLS)) {
        if (name === 'replaceMemory') continue;
        attempt(() => method(rig.poller, name).apply(rig.poller, [...good]));
        calls++;
        if (calls > 200) return;
      }
    };
    await rig.pair();
    expect(calls).toBeGreaterThan(0);
    rig.onEvent = () => undefined;
    rig.poller.close();
  });

  it('that throws loses neither the events behind it nor the process', async () => {
    const thrown: unknown[] = [];
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => thrown.push(error));
    try {
      const rig = new NativeRig();
      const bomb = new Error('thrown by the test');
      rig.onEvent = ({ kind }) => {
        if (kind === EventKind.connected) throw bomb;
      };
      const listener = rig.poller.listen('127.0.0.1', 0, 16, false, false);
      const { port } = rig.poller.localAddress(listener, rig.poller.generationOf(listener));
      for (let n = 0; n < 5; n++) rig.poller.connect('127.0.0.1', port, '', 0);
      await rig.until(() => rig.told.filter(({ kind }) => kind === EventKind.accept).length === 5);
      expect(thrown.length).toBe(5);
      expect(new Set(thrown)).toEqual(new Set([bomb]));
      rig.poller.close();
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of before) process.on('uncaughtException', listener);
    }
  });

  it('that answers nonsense is taken to have told one event', async () => {
    const { Poller, layout } = nativePart();
    const memory = new ArrayBuffer(layout.memoryBytes);
    const answers: unknown[] = [undefined, -5, 0, 'x', NaN, 2 ** 40, {}, null];
    let calls = 0;
    const poller = new Poller(
      () => answers[calls++ % answers.length] as number,
      memory,
      new ArrayBuffer(layout.receiveBytes),
    );
    const listener = poller.listen('127.0.0.1', 0, 16, false, false);
    const { port } = poller.localAddress(listener, poller.generationOf(listener));
    for (let n = 0; n < 10; n++) poller.connect('127.0.0.1', port, '', 0);
    while (calls < 15) await new Promise((resolve) => setImmediate(resolve));
    poller.close();
  });
});
