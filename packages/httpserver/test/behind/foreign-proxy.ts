// nginx and HAProxy as processes of a test. Owns: where they are found, that they listen, that none outlives its test.
// Must not know: what they are told to do (deployed-configuration.ts).
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Debian puts servers where an ordinary user's PATH does not lead. */
const PATH = [process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter);
const env = { ...process.env, PATH };
/** Somebody else may take a port between our look at it and the proxy's. */
const MOST_TRIES = 5;
const LISTENS_WITHIN_MS = 5000;
const LOOK_EVERY_MS = 5;

/** The program's version; empty where it is not installed. */
export function versionOf(program: string): string {
  const { stdout, stderr, error } = spawnSync(program, ['-v'], { env, encoding: 'utf8' });
  if (error !== undefined) return '';
  return /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0] ?? 'unknown';
}

/** Dies with us, however we die, where there is a way to say so. */
const leash =
  spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0
    ? ['setpriv', '--pdeathsig', 'KILL']
    : [];

/** How a program is started in the foreground, in a folder of its own, with this configuration in `file`. */
export interface Program {
  /** How many ports it listens on. */
  readonly portCount: number;
  readonly command: (folder: string, file: string) => readonly string[];
  readonly configuration: (folder: string, ports: readonly number[]) => string;
}

/** A proxy that runs. */
export class ForeignProxy {
  readonly ports: readonly number[];
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, ports: readonly number[]) {
    this.#child = child;
    this.#folder = folder;
    this.ports = ports;
  }

  /** Starts it on loopback ports that nobody listens on; settled when it listens on them. */
  static async start(program: Program): Promise<ForeignProxy> {
    let said = '';
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const folder = mkdtempSync(join(tmpdir(), 'typhoon-proxy-'));
      const ports = await freePorts(program.portCount);
      const file = join(folder, 'proxy.conf');
      writeFileSync(file, program.configuration(folder, ports));
      const [name = '', ...args] = [...leash, ...program.command(folder, file)];
      const child = spawn(name, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
      said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const proxy = new ForeignProxy(child, folder, ports);
      if (await proxy.#listens()) return proxy;
      await proxy.stop();
      if (!/address already in use|cannot bind/i.test(said)) break;
    }
    throw new Error(`the proxy does not start: ${said}`);
  }

  /** Ends it at once. */
  async stop(): Promise<void> {
    if (this.#isRunning()) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async #listens(): Promise<boolean> {
    const end = performance.now() + LISTENS_WITHIN_MS;
    while (this.#isRunning() && performance.now() < end) {
      const answers = await Promise.all(this.ports.map(canConnect));
      // Whoever answers on the port must be it, not somebody who was faster.
      if (answers.every(Boolean) && this.#isRunning()) return true;
      await delay(LOOK_EVERY_MS);
    }
    return false;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => socket.destroy());
}
