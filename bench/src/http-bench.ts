// `pnpm bench http`: one kind of request on connections that are kept, ours and the rivals in turn. Owns: who takes part, how a round
// goes. Must not know: what is asked (http-cases.ts).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { load, loadBy } from './load.ts';
import { ServerProcess } from './server-process.ts';
import { uwsModule, UWS_VERSION } from './uws-module.ts';
import { versionOf } from './version-of.ts';
import type { HttpCase } from './http-cases.ts';
import type { LoadResult } from './load.ts';
import type { Sample } from './report.ts';

/** One that takes part. */
interface Contestant {
  readonly name: string;
  readonly version: string;
  readonly command: readonly string[];
}

/** How long and how often. */
export interface HttpBenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly asked: HttpCase;
  /** Run only these, by name. */
  readonly only: readonly string[];
}

/** Runs all rounds; every server stays up throughout, so that each is warm and rests while others work. */
export async function httpBench(options: HttpBenchOptions): Promise<Sample[]> {
  const chosen = (await contestants(options.asked.path === '/')).filter(
    ({ name }) => options.only.length === 0 || options.only.includes(name),
  );
  const running: { readonly contestant: Contestant; readonly server: ServerProcess }[] = [];
  const samples: Sample[] = [];
  try {
    for (const contestant of chosen) {
      running.push({ contestant, server: await ServerProcess.start(contestant.command) });
    }
    for (const { server } of running) await ask(server, options, 2);
    for (let round = 0; round < options.rounds; round++) {
      for (const { contestant, server } of running) {
        samples.push(await measure(contestant, server, options));
      }
    }
  } finally {
    for (const { server } of running) await server.stop();
  }
  return samples;
}

async function measure(
  contestant: Contestant,
  server: ServerProcess,
  options: HttpBenchOptions,
): Promise<Sample> {
  const before = server.usage();
  const result = await ask(server, options, options.seconds);
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

function ask(
  server: ServerProcess,
  { asked, connections }: HttpBenchOptions,
  seconds: number,
): Promise<LoadResult> {
  const url = `http://127.0.0.1:${server.port}${asked.path}`;
  if (asked.script === '') return load(url, connections, seconds);
  return loadBy(asked.script, url, connections, seconds);
}

/** Some know only `/`. */
async function contestants(isHello: boolean): Promise<Contestant[]> {
  const nodes = [
    typhoon('RequestHandler', 'net', 'app-typhoon-web'),
    typhoon('RequestHandler', 'epoll', 'app-typhoon-web'),
    typhoon('HTTPServer', 'net', 'app-typhoon-raw'),
    typhoon('HTTPServer', 'epoll', 'app-typhoon-raw'),
    node('uWebSockets.js', UWS_VERSION, 'app-uws', await uwsModule()),
    node('node:http', process.versions.node, 'app-node'),
    node('Fastify', versionOf('fastify'), 'app-fastify'),
  ];
  if (!isHello) return nodes;
  nodes.push(node('Hono', versionOf('hono'), 'hono'));
  const tornado = spawnSync('/usr/bin/python3', ['-c', 'import tornado; print(tornado.version)'], {
    encoding: 'utf8',
  });
  if (tornado.status !== 0) return nodes;
  const script = fileURLToPath(new URL('../python/tornado_hello.py', import.meta.url));
  const version = tornado.stdout.trim();
  return [...nodes, { name: 'Tornado', version, command: ['/usr/bin/python3', script] }];
}

/** One of ours, on a poller. */
function typhoon(name: string, poller: 'epoll' | 'net', file: string): Contestant {
  const { command } = node(name, '', file);
  const version = versionOf('@typhoon/httpserver');
  return {
    name: `${name} on ${poller}`,
    version,
    command: ['env', `TYPHOON_POLLER=${poller}`, ...command],
  };
}

function node(name: string, version: string, file: string, ...args: string[]): Contestant {
  const script = fileURLToPath(new URL(`./servers/${file}.js`, import.meta.url));
  return { name, version, command: [process.execPath, script, ...args] };
}
