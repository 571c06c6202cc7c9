// The contract's part on raw descriptors, for pollers that can watch them. It watches both ends of a fifo: a pair of
// descriptors that every Unix can make.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IOLoop } from '../../ioloop.ts';
import { turn } from './rig.ts';
import type { Check } from './check.ts';
import type { Rig } from './rig.ts';

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** The two ends of a fifo. */
class Pipe {
  readonly reader: number;
  readonly writer: number;
  readonly #open = new Set<number>();

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'fifo-'));
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    this.reader = openSync(path, O_RDONLY | O_NONBLOCK);
    this.writer = openSync(path, O_WRONLY | O_NONBLOCK);
    this.#open.add(this.reader).add(this.writer);
    rmSync(folder, { recursive: true });
  }

  write(text: string): void {
    writeSync(this.writer, text);
  }

  /** Takes one byte out. */
  readByte(): string {
    const bytes = Buffer.alloc(1);
    readSync(this.reader, bytes);
    return bytes.toString();
  }

  close(fd: number): void {
    if (this.#open.delete(fd)) closeSync(fd);
  }

  closeAll(): void {
    for (const fd of this.#open) this.close(fd);
  }
}

/** Declares a test with a fifo of its own; `cannot` is why there is none. */
type CheckPipe = (title: string, body: (rig: Rig, pipe: Pipe) => Promise<void>) => void;

/** Declares the tests; `cannot` is why they are skipped. */
export function testHandlers(check: Check, cannot: string | null): void {
  const checkPipe: CheckPipe = (title, body) => {
    check(
      title,
      async (rig) => {
        const pipe = new Pipe();
        try {
          await body(rig, pipe);
        } finally {
          rig.loop.removeHandler(pipe.reader);
          rig.loop.removeHandler(pipe.writer);
          pipe.closeAll();
        }
      },
      cannot,
    );
  };
  testReadiness(checkPipe);
  testChanges(checkPipe);
  testManners(checkPipe);
}

function testReadiness(check: CheckPipe): void {
  check('tells that a descriptor can be read, as long as it can', async ({ loop }, pipe) => {
    let text = '';
    const masks = new Set<number>();
    const onReady = (_fd: number, events: number): void => {
      masks.add(events);
      text += pipe.readByte();
    };
    loop.addHandler(pipe.reader, onReady, IOLoop.READ);
    await turns(3);
    assert.equal(text, '');
    pipe.write('abc');
    await until(() => text === 'abc');
    await turns(3);
    assert.deepEqual([...masks], [IOLoop.READ]);
  });

  check('tells that a descriptor can be written (IOL-38)', async ({ loop }, pipe) => {
    const masks: number[] = [];
    loop.addHandler(pipe.writer, (_fd, events) => masks.push(events), IOLoop.READ | IOLoop.WRITE);
    await until(() => masks.length > 0);
    assert.equal(masks[0], IOLoop.WRITE);
  });

  check('reports a hang-up whatever was asked for (IOL-38)', async ({ loop }, pipe) => {
    let mask = 0;
    const onReady = (fd: number, events: number): void => {
      mask = events;
      loop.removeHandler(fd);
    };
    loop.addHandler(pipe.writer, onReady, IOLoop.READ);
    pipe.close(pipe.reader);
    await until(() => mask !== 0);
    assert.notEqual(mask & IOLoop.ERROR, 0);
  });
}

function testChanges(check: CheckPipe): void {
  check('changes the mask and keeps the handler (IOL-39)', async ({ loop }, pipe) => {
    const masks: number[] = [];
    loop.addHandler(pipe.writer, (_fd, events) => masks.push(events), IOLoop.READ);
    await turns(5);
    assert.deepEqual(masks, []);
    loop.updateHandler(pipe.writer, IOLoop.WRITE);
    await until(() => masks.length > 0);
    loop.updateHandler(pipe.writer, IOLoop.READ);
    masks.length = 0;
    await turns(5);
    assert.deepEqual(masks, []);
  });

  check('is silent once the handler is removed, and takes another then', async ({ loop }, pipe) => {
    const seen: string[] = [];
    pipe.write('x');
    loop.addHandler(pipe.reader, () => seen.push('first'), IOLoop.READ);
    await until(() => seen.length > 0);
    loop.removeHandler(pipe.reader);
    const before = seen.length;
    await turns(5);
    assert.equal(seen.length, before);
    loop.addHandler(pipe.reader, () => seen.push('second'), IOLoop.READ);
    await until(() => seen.length > before);
    assert.equal(seen[before], 'second');
  });

  check('gives a number that is used again no event of the old one', async ({ loop }, pipe) => {
    const seen: number[] = [];
    pipe.write('x');
    loop.addHandler(pipe.reader, (fd) => seen.push(fd), IOLoop.READ);
    loop.removeHandler(pipe.reader);
    pipe.close(pipe.reader);
    const other = new Pipe(); // its reader gets the lowest free number: the one just closed
    assert.equal(other.reader, pipe.reader);
    loop.addHandler(other.reader, (fd) => seen.push(fd), IOLoop.READ);
    await turns(5);
    assert.deepEqual(seen, []);
    loop.removeHandler(other.reader);
    other.closeAll();
  });
}

function testManners(check: CheckPipe): void {
  check('runs no handler that one before it removed (IOL-16)', async ({ loop }, pipe) => {
    const other = new Pipe();
    const seen: number[] = [];
    const onReady = (fd: number): void => {
      seen.push(fd);
      loop.removeHandler(pipe.reader);
      loop.removeHandler(other.reader);
    };
    loop.addHandler(pipe.reader, onReady, IOLoop.READ);
    loop.addHandler(other.reader, onReady, IOLoop.READ);
    pipe.write('x');
    other.write('x');
    await until(() => seen.length > 0);
    await turns(5);
    assert.equal(seen.length, 1);
    other.closeAll();
  });

  check('goes on when a handler throws (IOL-15)', async (rig, pipe) => {
    const bomb = new Error('thrown by the test');
    let calls = 0;
    const onReady = (): void => {
      if (calls++ === 0) throw bomb;
      pipe.readByte();
    };
    rig.loop.addHandler(pipe.reader, onReady, IOLoop.READ);
    pipe.write('x');
    await until(() => calls === 2);
    assert.deepEqual(rig.takeExceptions(), [bomb]);
  });

  check('runs what a handler schedules before the event ends', async ({ loop }, pipe) => {
    const order: string[] = [];
    const onReady = (fd: number): void => {
      loop.removeHandler(fd);
      order.push('handler');
      loop.addCallback(() => order.push('callback'));
      loop.schedule(() => order.push('scheduled'), null);
    };
    loop.addHandler(pipe.reader, onReady, IOLoop.READ);
    pipe.write('x');
    await until(() => order.length === 3);
    assert.deepEqual(order, ['handler', 'scheduled', 'callback']);
  });
}

/** Passes when `condition` holds; the test's own time-out is the bound. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

async function turns(count: number): Promise<void> {
  for (let at = 0; at < count; at++) await turn();
}
