// The app as a user runs it: the built program, in a process of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What the JSON API says of a site; only what the tests look at. */
export interface ApiSite {
  readonly id: number;
  readonly url: string;
  readonly last: {
    readonly outcome: string;
    readonly status: number | null;
    readonly detail: string;
  } | null;
  readonly latenciesMs: readonly number[];
  readonly percentiles: { readonly p50Ms: number } | null;
  readonly days: readonly { readonly checks: number; readonly up: number }[];
}

/** News as the page gets it. */
export interface ApiUpdate {
  readonly id: number;
  readonly row?: string;
  readonly line?: string;
  readonly startAnew?: true;
}

/** A running app. */
export class AppProcess {
  readonly child: ChildProcess;
  /** Where it listens. */
  url = '';
  readonly database: string;
  /** What it has logged so far. */
  log = '';
  readonly #folder: string;
  readonly #lines: Interface;

  private constructor(child: ChildProcess, lines: Interface, database: string, folder: string) {
    this.child = child;
    this.#lines = lines;
    this.database = database;
    this.#folder = folder;
    child.stderr?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
  }

  /** Starts it on a free port, with an empty database unless one is given. */
  static async start(
    sites: readonly string[],
    {
      database,
      flags = [],
    }: { readonly database?: string; readonly flags?: readonly string[] } = {},
  ): Promise<AppProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'uptime-'));
    const file = database ?? join(folder, 'uptime.db');
    const settings = [
      '--port=0',
      `--database=${file}`,
      '--interval-ms=50',
      '--timeout-ms=300',
      ...flags,
    ];
    if (sites.length > 0) settings.push(`--site=${sites.join(',')}`);
    const child = startProgram('main.js', settings);
    if (child.stdout === null) throw new Error('the app has no output');
    const app = new AppProcess(child, createInterface({ input: child.stdout }), file, folder);
    await app.listensAgain();
    return app;
  }

  /** Waits until it says where it listens; in debug mode it does so after each change. */
  async listensAgain(): Promise<void> {
    const [line] = (await once(this.#lines, 'line')) as [string];
    this.url = line.replace('listening on ', '');
  }

  /** What the API says of all sites, and which update is the last that is in it. */
  async overview(): Promise<{ readonly lastId: number; readonly sites: readonly ApiSite[] }> {
    const response = await fetch(`${this.url}/api/sites`);
    return (await response.json()) as { lastId: number; sites: readonly ApiSite[] };
  }

  /** What the API says of all sites. */
  async sites(): Promise<readonly ApiSite[]> {
    return (await this.overview()).sites;
  }

  /** What is told by long polling. */
  async news(query: string, signal?: AbortSignal): Promise<readonly ApiUpdate[]> {
    const news = await fetch(`${this.url}/live?${query}`, signal === undefined ? {} : { signal });
    return ((await news.json()) as { updates: readonly ApiUpdate[] }).updates;
  }

  /** Follows the live updates until `isTrue` of the sites, for ten seconds at most. */
  async until(isTrue: (sites: readonly ApiSite[]) => boolean): Promise<readonly ApiSite[]> {
    const signal = AbortSignal.timeout(10_000);
    for (;;) {
      const { lastId, sites } = await this.overview();
      if (isTrue(sites)) return sites;
      await this.news(`after=${lastId}`, signal);
    }
  }

  /** Sends a form as the page does, with its XSRF token. */
  async post(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    const { cookie, body } = await this.form(fields);
    return fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { cookie },
      body,
      redirect: 'manual',
    });
  }

  /** What a browser would send for a form of the page. */
  async form(
    fields: Readonly<Record<string, string>>,
  ): Promise<{ cookie: string; body: URLSearchParams }> {
    const page = await fetch(this.url);
    const cookie = page.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const token = /name="_xsrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    return { cookie, body: new URLSearchParams({ _xsrf: token, ...fields }) };
  }

  /** Asks it to stop; gives its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  }

  /** Ends it whatever happens, with the programs that have come after it, and removes its files. */
  async dispose(): Promise<void> {
    const isRunning = this.child.exitCode === null && this.child.signalCode === null;
    const exit = isRunning ? once(this.child, 'exit') : null;
    try {
      process.kill(-Number(this.child.pid), 'SIGKILL');
    } catch {
      // All of them have ended.
    }
    await exit;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Starts a built program with these flags. */
export function startProgram(name: string, flags: readonly string[]): ChildProcess {
  const program = fileURLToPath(new URL(`../dist/${name}`, import.meta.url));
  return spawn(process.execPath, ['--enable-source-maps', program, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, to be killed as a whole
  });
}

/** Runs a program to its end. */
export async function runToEnd(
  flags: readonly string[],
  name = 'main.js',
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = startProgram(name, flags);
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
