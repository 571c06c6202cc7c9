// Two processes that share a port, against one. With two cores and the load generator on one of them, only work in the
// handler can show whether the kernel deals the connections out: each request costs 200 µs of it.
import { load } from '../load.ts';
import { ServerProcess } from '../server-process.ts';
import { typhoon } from './contestants.ts';
import type { Figures } from './scenarios.ts';

const PATH = '/spin/200';
const CONNECTIONS = 64;

/** Requests a second of one process and of two, each pinned to a core of its own. */
export async function twoProcesses(seconds: number): Promise<Figures> {
  const port = await freePort();
  const first = await ServerProcess.start(typhoon('epoll', port), 0);
  try {
    const url = `http://127.0.0.1:${port}${PATH}`;
    const one = await load(url, CONNECTIONS, seconds);
    const second = await ServerProcess.start(typhoon('epoll', port), 1);
    try {
      const two = await load(url, CONNECTIONS, seconds);
      const rates = { one: one.requests / one.seconds, two: two.requests / two.seconds };
      return { 'one/s': rates.one, 'two/s': rates.two, 'two/one': rates.two / rates.one };
    } finally {
      await second.stop();
    }
  } finally {
    await first.stop();
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = await ServerProcess.start(typhoon('epoll'));
  const { port } = probe;
  await probe.stop();
  return port;
}
