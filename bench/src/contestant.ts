// Servers that take part in a benchmark. Owns: how each is started, and what one round of load on it comes to.
// Must not know: which take part, or what they are asked for.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { versionOf } from './version-of.ts';
import type { LoadResult } from './load.ts';
import type { Sample } from './report.ts';
import type { ServerProcess } from './server-process.ts';

/** One that takes part. */
export interface Contestant {
  readonly name: string;
  readonly version: string;
  readonly command: readonly string[];
}

/** What the server uses while `run` loads it. */
export async function measure(
  contestant: Contestant,
  server: ServerProcess,
  run: () => Promise<LoadResult>,
): Promise<Sample> {
  const before = server.usage();
  const result = await run();
  const after = server.usage();
  if (result.errors > 0) throw new Error(`${contestant.name}: ${result.errors} errors under load`);
  return {
    name: contestant.name,
    version: contestant.version,
    rate: result.requests / result.seconds,
    userUs: ((after.userMs - before.userMs) * 1000) / result.requests,
    systemUs: ((after.systemMs - before.systemMs) * 1000) / result.requests,
    p50Ms: result.p50Ms,
    p99Ms: result.p99Ms,
    rssBytes: after.rssBytes,
  };
}

/** One of ours, on a poller. */
export function typhoon(name: string, poller: 'epoll' | 'net', file: string): Contestant {
  const { command } = node(name, '', file);
  const version = versionOf('@typhoon/httpserver');
  return {
    name: `${name} on ${poller}`,
    version,
    command: ['env', `TYPHOON_POLLER=${poller}`, ...command],
  };
}

/** One that runs on Node.js, from a file in `servers`. */
export function node(name: string, version: string, file: string, ...args: string[]): Contestant {
  const script = fileURLToPath(new URL(`./servers/${file}.js`, import.meta.url));
  return { name, version, command: [process.execPath, script, ...args] };
}

/** Tornado from Debian, running a file in `python`; nothing where it is not installed. */
export function tornado(file: string): Contestant[] {
  const python = '/usr/bin/python3';
  const { status, stdout } = spawnSync(python, ['-c', 'import tornado; print(tornado.version)'], {
    encoding: 'utf8',
  });
  if (status !== 0) return [];
  const script = fileURLToPath(new URL(`../python/${file}.py`, import.meta.url));
  return [{ name: 'Tornado', version: stdout.trim(), command: [python, script] }];
}
