// Where the native part lives and how it ends: threads, several pollers, an environment that ends in the middle.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { loadNative } from '../src/lib/native.ts';
import { cannot, NativeRig } from './rig.ts';

const BINARY = loadNative().reason;

/** A server and clients that never rest; says `running` once bytes have come. */
const BUSY = `
  const { Poller, layout } = require(BINARY);
  function run(onRunning) {
    const memory = new ArrayBuffer(layout.memoryBytes);
    const receive = new ArrayBuffer(layout.receiveBytes);
    const events = new Int32Array(memory, layout.eventsAt);
    const poller = new Poller((at, count) => {
      for (let n = at; n < count; n++) {
        const [slot, generation, kind] = events.subarray(n * 4, n * 4 + 4);
        if (kind === 4) poller.write(slot, generation, 0, new Uint8Array(1 << 22));
        if (kind === 1) { poller.write(slot, generation, 10, new Uint8Array(100000)); onRunning(); }
      }
      return count;
    }, memory, receive);
    const listener = poller.listen('127.0.0.1', 0, 100, false, false);
    const { port } = poller.localAddress(listener, poller.generationOf(listener));
    for (let n = 0; n < 5; n++) poller.connect('127.0.0.1', port, '', 0);
    return poller;
  }
`.replace('BINARY', JSON.stringify(BINARY));

function startWorker(code: string): Worker {
  return new Worker(BUSY + code, { eval: true });
}

function runScript(code: string): Promise<{ readonly stdout: string }> {
  return promisify(execFile)(process.execPath, ['-e', BUSY + code], { timeout: 30_000 });
}

describe.skipIf(cannot !== null)('a poller', () => {
  it('works in a worker, and ends when the worker is terminated', async () => {
    for (let round = 0; round < 3; round++) {
      const worker = startWorker(
        `run(() => require('node:worker_threads').parentPort.postMessage('running'));`,
      );
      await new Promise((resolve) => worker.once('message', resolve));
      expect(await worker.terminate()).toBe(1);
    }
  });

  it('ends with a worker that exits by itself', async () => {
    const worker = startWorker(`run(() => process.exit(7));`);
    expect(await new Promise((resolve) => worker.once('exit', resolve))).toBe(7);
  });

  it('works in several threads and several times in one', async () => {
    const workers = [1, 2, 3].map(() =>
      startWorker(
        `run(() => undefined); run(() => require('node:worker_threads').parentPort.postMessage('running'));`,
      ),
    );
    const rig = new NativeRig();
    await Promise.all(
      workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))),
    );
    await rig.pair();
    rig.poller.close();
    await Promise.all(workers.map((worker) => worker.terminate()));
  });

  it('lets the process end when nothing is watched', async () => {
    const { stdout } = await runScript(`const poller = run(() => undefined);
      setTimeout(() => { poller.close(); console.log('closed'); }, 50);`);
    expect(stdout).toBe('closed\n');
  });

  it('lets the process end when the last connection is lost', async () => {
    const { stdout } = await runScript(`
      const memory = new ArrayBuffer(layout.memoryBytes);
      const poller = new Poller((at, count) => {
        const [slot, generation, kind] = new Int32Array(memory, layout.eventsAt + at * 16);
        if (kind === 4) {
          poller.unwatch(listener, poller.generationOf(listener));
          poller.abort(slot, generation, true);
        }
        return at + 1;
      }, memory, new ArrayBuffer(layout.receiveBytes));
      const listener = poller.listen('127.0.0.1', 0, 100, false, false);
      const { port } = poller.localAddress(listener, poller.generationOf(listener));
      poller.connect('127.0.0.1', port, '', 0);
      process.on('exit', () => console.log('over'));
    `);
    expect(stdout).toBe('over\n');
  });

  it('ends with the process, whatever is under way', async () => {
    const { stdout } = await runScript(`run(() => { console.log('running'); process.exit(0); });`);
    expect(stdout).toBe('running\n');
  });

  it('is collected once it is closed and forgotten', async () => {
    const { stdout } = await runScript(`
      require('node:v8').setFlagsFromString('--expose-gc');
      const gc = require('node:vm').runInNewContext('gc');
      let collected = 0;
      const registry = new FinalizationRegistry(() => collected++);
      for (let n = 0; n < 10; n++) {
        const poller = run(() => undefined);
        registry.register(poller, n);
        setImmediate(() => poller.close());
      }
      const timer = setInterval(() => {
        gc();
        if (collected === 10) { console.log('all'); clearInterval(timer); }
      }, 10);
    `);
    expect(stdout).toBe('all\n');
  });

  it('closes its descriptors when it is closed', async () => {
    const { stdout } = await runScript(`
      const fds = () => require('node:fs').readdirSync('/proc/self/fd').length;
      const before = fds();
      const pollers = [1, 2, 3].map(() => run(() => undefined));
      setTimeout(() => {
        for (const poller of pollers) poller.close();
        setImmediate(() => console.log(fds() - before));
      }, 100);
    `);
    expect(stdout).toBe('0\n');
  });
});
