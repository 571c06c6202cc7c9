// `pnpm bench websocket [--rounds N] [--seconds N]`: echo, broadcast, idle connections; ours on both pollers, ws, uWebSockets.js.
// The load is this process, which is not measured.
import { fileURLToPath } from 'node:url';
import { median } from './spread.ts';
import { ServerProcess } from './server-process.ts';
import { uwsModule, UWS_VERSION } from './uws-module.ts';
import { versionOf } from './version-of.ts';
import { RawClients } from './websocket/raw-clients.ts';

interface System {
  readonly name: string;
  readonly command: readonly string[];
}

const SIZES = [16, 1024, 65_536];
const CONNECTIONS = [64, 1000];
const SUBSCRIBERS = 10_000;
const BROADCASTS = 5;

/** Runs the systems in turn, and prints a table of each case. */
export async function websocketBench(rounds: number, seconds: number): Promise<void> {
  const systems = await allSystems();
  const cases = new Map<string, Map<string, number[]>>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, command } of systems) {
      for (const [what, us] of await measure(command, seconds)) {
        const row = cases.get(what) ?? new Map<string, number[]>();
        cases.set(what, row);
        row.set(name, [...(row.get(name) ?? []), us]);
      }
    }
  }
  console.log(`Node.js ${process.version}, ${rounds} rounds; medians (least to most)\n`);
  console.log(`| case | ${systems.map(({ name }) => name).join(' | ')} |`);
  console.log(`|---|${systems.map(() => '---').join('|')}|`);
  for (const [what, row] of cases) {
    const cells = systems.map(({ name }) => inWords(row.get(name) ?? []));
    console.log(`| ${what} | ${cells.join(' | ')} |`);
  }
}

function inWords(values: readonly number[]): string {
  const text = (value: number): string => value.toFixed(value < 100 ? 2 : 0);
  return `${text(median(values))} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;
}

async function measure(command: readonly string[], seconds: number): Promise<[string, number][]> {
  const found: [string, number][] = [];
  const server = await ServerProcess.start(command);
  try {
    for (const connections of CONNECTIONS) {
      const clients = new RawClients();
      await clients.open(server.port, connections);
      for (const size of SIZES) {
        await clients.echo(size, 300);
        const before = server.usage();
        const count = await clients.echo(size, seconds * 1000);
        const after = server.usage();
        const ms = after.userMs - before.userMs + after.systemMs - before.systemMs;
        found.push([
          `echo of ${size} B, ${connections} connections: CPU µs a message`,
          (ms * 1000) / count,
        ]);
      }
      clients.close();
    }
    const clients = new RawClients();
    const empty = server.usage().rssBytes;
    await clients.open(server.port, SUBSCRIBERS);
    found.push([
      'RSS a connection of 10,000, right after they opened, bytes',
      (server.usage().rssBytes - empty) / SUBSCRIBERS,
    ]);
    await clients.broadcast(100, 1);
    const before = server.usage();
    await clients.broadcast(100, BROADCASTS);
    const after = server.usage();
    const ms = after.userMs - before.userMs + after.systemMs - before.systemMs;
    found.push([
      'broadcast of 100 B to 10,000: CPU µs a subscriber',
      (ms * 1000) / BROADCASTS / SUBSCRIBERS,
    ]);
    clients.close();
  } finally {
    await server.stop();
  }
  return found;
}

async function allSystems(): Promise<System[]> {
  const path = (name: string): string =>
    fileURLToPath(new URL(`./servers/websocket-${name}.js`, import.meta.url));
  const node = process.execPath;
  return [
    { name: 'typhoon, epoll', command: ['env', 'TYPHOON_POLLER=epoll', node, path('typhoon')] },
    { name: 'typhoon, net', command: ['env', 'TYPHOON_POLLER=net', node, path('typhoon')] },
    { name: `ws ${versionOf('ws')}`, command: [node, path('ws')] },
    { name: `uWebSockets.js ${UWS_VERSION}`, command: [node, path('uws'), await uwsModule()] },
  ];
}
