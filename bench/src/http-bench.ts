// `pnpm bench http`: keep-alive "Hello, world", ours and the rivals in turn. Owns: who takes part, how a round goes.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { load } from './load.ts';
import { ServerProcess } from './server-process.ts';
import { uwsModule, UWS_VERSION } from './uws-module.ts';
import { versionOf } from './version-of.ts';
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
  /** Run only these, by name. */
  readonly only: readonly string[];
}

/** Runs all rounds; every server stays up throughout, so that each is warm and rests while others work. */
export async function httpBench(options: HttpBenchOptions): Promise<Sample[]> {
  const chosen = (await contestants()).filter(
    ({ name }) => options.only.length === 0 || options.only.includes(name),
  );
  const running: { readonly contestant: Contestant; readonly server: ServerProcess }[] = [];
  const samples: Sample[] = [];
  try {
    for (const contestant of chosen) {
      running.push({ contestant, server: await ServerProcess.start(contestant.command) });
    }
    for (const { server } of running) await load(urlOf(server), options.connections, 2);
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
  { connections, seconds }: HttpBenchOptions,
): Promise<Sample> {
  const before = server.usage();
  const result = await load(urlOf(server), connections, seconds);
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

function urlOf(server: ServerProcess): string {
  return `http://127.0.0.1:${server.port}/`;
}

async function contestants(): Promise<Contestant[]> {
  const nodes = [
    typhoon('RequestHandler', 'net', 'typhoon-web'),
    typhoon('RequestHandler', 'epoll', 'typhoon-web'),
    typhoon('HTTPServer', 'net', 'typhoon-raw'),
    typhoon('HTTPServer', 'epoll', 'typhoon-raw'),
    node('uWebSockets.js', UWS_VERSION, 'paths-uws', await uwsModule()),
    node('node:http', process.versions.node, 'node-http'),
    node('Fastify', versionOf('fastify'), 'fastify'),
    node('Hono', versionOf('hono'), 'hono'),
  ];
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
