// `pnpm bench http`: one kind of request on connections that are kept, ours and the rivals in turn. Owns: who takes part, how a round
// goes. Must not know: what is asked (http-cases.ts).
import { measure, node, tornado, typhoon, type Contestant } from './contestant.ts';
import { load, loadBy } from './load.ts';
import { ServerProcess } from './server-process.ts';
import { uwsModule, UWS_VERSION } from './uws-module.ts';
import { versionOf } from './version-of.ts';
import type { HttpCase } from './http-cases.ts';
import type { LoadResult } from './load.ts';
import type { Sample } from './report.ts';

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
        samples.push(
          await measure(contestant, server, () => ask(server, options, options.seconds)),
        );
      }
    }
  } finally {
    for (const { server } of running) await server.stop();
  }
  return samples;
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
  return [...nodes, ...tornado('tornado_hello')];
}
