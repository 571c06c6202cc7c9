// A server among clients of every kind of bad manners: connections opened, written to, half-closed, reset, stalled and
// abandoned at random, from several processes. It must not crash, lose a descriptor, grow, or answer the well-behaved wrong.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ServerIsUp, ServerState, Tally } from './messages.ts';

const CLIENT_PROCESSES = 3;
/** Connections that a client process makes between two looks at the clock. */
const SLICE = 4000;
/** Memory that the allocator may keep after the first quarter. */
const GROWTH_BYTES = 32 * 2 ** 20;

/** How much. It ends when both `connections` and `seconds` are reached. */
export interface ChaosOptions {
  readonly connections: number;
  readonly seconds: number;
  /** The same seed makes the same clients. */
  readonly seed: number;
  readonly poller: string;
}

/** Runs it, prints what happened, and answers whether all held. */
export async function chaos(options: ChaosOptions): Promise<boolean> {
  const { connections, poller, seconds, seed } = options;
  console.log(`chaos on ${poller}: ${connections} connections, ${seconds} s, seed ${seed}`);
  const children: ChildProcess[] = [];
  let checks: Readonly<Record<string, boolean>>;
  try {
    checks = await run(options, children);
  } catch (error) {
    checks = { [`nobody crashes: ${String(error)}`]: false };
  } finally {
    for (const child of children) child.kill();
  }
  const failed = Object.entries(checks).filter(([, holds]) => !holds);
  for (const [name, holds] of Object.entries(checks))
    console.log(holds ? 'ok    ' : 'FAILED', name);
  console.log(`${Object.keys(checks).length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0;
}

async function run(
  { connections, poller, seconds, seed }: ChaosOptions,
  children: ChildProcess[],
): Promise<Readonly<Record<string, boolean>>> {
  const start = (name: string, ...args: string[]): ChildProcess => {
    const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    const child = fork(script, args, { env: { ...process.env, TYPHOON_POLLER: poller } });
    children.push(child);
    return child;
  };
  const server = start('server');
  const up = await message<ServerIsUp>(server);
  if (up.poller !== poller) throw new Error(`the server runs on ${up.poller}`);
  const before = await ask<ServerState>(server, 'state');
  const clients = Array.from({ length: CLIENT_PROCESSES }, (_, at) =>
    start('clients', String(up.port), String(seed + at)),
  );
  const total: Record<string, number> = {};
  let done = 0;
  let warm: ServerState | null = null;
  const sinceMs = Date.now();
  while (done < connections || Date.now() < sinceMs + seconds * 1000) {
    const tallies = await Promise.all(clients.map((client) => ask<Tally>(client, SLICE)));
    for (const tally of tallies) add(tally, total);
    done += SLICE * CLIENT_PROCESSES;
    if (warm === null && done >= connections / 4) warm = await settled(server);
  }
  const tookS = (Date.now() - sinceMs) / 1000;
  const after = await settled(server);
  console.log(`${done} connections in ${tookS.toFixed(0)} s`, total);
  console.log({ before, warm, after });
  return {
    'every well-behaved client gets the right answer': total['wrong'] === undefined,
    'no connection is left': after.connections === 0,
    'there are no more descriptors than before': after.descriptors <= before.descriptors,
    'memory does not grow': after.rssBytes - (warm ?? before).rssBytes < GROWTH_BYTES,
    'nothing is logged as a warning': after.errors === 0,
  };
}

function add(tally: Tally, total: Record<string, number>): void {
  for (const [kind, count] of Object.entries(tally)) total[kind] = (total[kind] ?? 0) + count;
}

/** The server's state when it has seen the last of everybody, or after ten seconds. */
async function settled(server: ChildProcess): Promise<ServerState> {
  let state = await ask<ServerState>(server, 'state');
  for (let tries = 0; tries < 100 && state.connections > 0; tries++) {
    await delay(100);
    state = await ask<ServerState>(server, 'state');
  }
  return state;
}

async function ask<T>(child: ChildProcess, question: number | string): Promise<T> {
  const answer = message<T>(child);
  child.send(question);
  return answer;
}

/** A child's next message. One that ends instead is the end of the run. */
async function message<T>(child: ChildProcess): Promise<T> {
  const stop = new AbortController();
  const { signal } = stop;
  const end = once(child, 'exit', { signal }).then(([code, how]) => {
    throw new Error(`${child.spawnargs[1] ?? ''} ended with ${String(code ?? how)}`);
  });
  const next = once(child, 'message', { signal }).then(([value]) => value as T);
  try {
    return await Promise.race([next, end]);
  } finally {
    end.catch(() => undefined);
    next.catch(() => undefined);
    stop.abort();
  }
}
