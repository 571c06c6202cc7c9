// Who takes part in the WebSocket benchmark, and how each is started.
import { fileURLToPath } from 'node:url';
import { uwsModule, UWS_VERSION } from '../uws-module.ts';
import { versionOf } from '../version-of.ts';

/** How a server is set up: `limited` lets 64 KiB wait for a slow reader, where it can be told to. */
export type Setup = 'plain' | 'deflate' | 'limited';

/** One that takes part. */
export interface Contestant {
  readonly name: string;
  /** Starts its server; it prints its port. */
  command(setup: Setup): readonly string[];
}

/** The names that the bars are about. */
export const NAMES = {
  epoll: 'typhoon, epoll',
  net: 'typhoon, net',
  ws: `ws ${versionOf('ws')}`,
  uws: `uWebSockets.js ${UWS_VERSION}`,
} as const;

/** Ours on both pollers, and the rivals. */
export async function contestants(): Promise<Contestant[]> {
  const uws = await uwsModule();
  const ours = (poller: string) => (setup: Setup) => [
    'env',
    `TYPHOON_POLLER=${poller}`,
    ...server('typhoon', setup),
  ];
  return [
    { name: NAMES.epoll, command: ours('epoll') },
    { name: NAMES.net, command: ours('net') },
    // As people have it: its optional addon is installed here for `bench masking` alone.
    {
      name: NAMES.ws,
      command: (setup) => ['env', 'WS_NO_BUFFER_UTIL=1', ...server('ws', setup)],
    },
    { name: NAMES.uws, command: (setup) => server('uws', setup, uws) },
  ];
}

/** They collect their garbage when told to: what is left of it would hide what a connection costs. */
function server(name: string, ...args: readonly string[]): readonly string[] {
  const script = fileURLToPath(new URL(`../servers/websocket-${name}.js`, import.meta.url));
  return [process.execPath, '--expose-gc', script, ...args];
}
