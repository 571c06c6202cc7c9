// Who takes part in the poller benchmark, and how each is started.
import { fileURLToPath } from 'node:url';
import { uwsModule, UWS_VERSION } from '../uws-module.ts';
import { versionOf } from '../version-of.ts';

/** One that takes part. */
export interface Contestant {
  readonly name: string;
  readonly version: string;
  /** Starts its server; it prints its port. */
  readonly command: readonly string[];
}

/** They collect their garbage when told to: what is left of it would hide what a connection costs. */
const NODE = [process.execPath, '--expose-gc'];

/** Ours on both pollers, and the rivals. */
export async function contestants(): Promise<Contestant[]> {
  const version = versionOf('@typhoon/ioloop');
  return [
    { name: 'typhoon epoll', version, command: typhoon('epoll') },
    { name: 'typhoon net', version, command: typhoon('net') },
    {
      name: 'uWebSockets.js',
      version: UWS_VERSION,
      command: [...NODE, server('paths-uws'), await uwsModule()],
    },
    {
      name: 'node:http',
      version: process.versions.node,
      command: [...NODE, server('paths-node')],
    },
  ];
}

/** Our server on a poller; a port makes it share that with other processes. */
export function typhoon(poller: 'epoll' | 'net', port = 0): readonly string[] {
  const script = server('paths-typhoon');
  return ['env', `TYPHOON_POLLER=${poller}`, ...NODE, script, String(port)];
}

/** The path of a program of this folder's neighbourhood, built. */
function server(name: string): string {
  return fileURLToPath(new URL(`../servers/${name}.js`, import.meta.url));
}
