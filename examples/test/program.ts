// Examples as their readers run them: the built program, in a process of its own, over a real port.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
});

/** Starts an example on a free port; gives its address. */
export async function start(name: string, ...args: string[]): Promise<string> {
  return (await startProgram(name, ...args)).url;
}

/** The same, its process, and the lines that it has said so far. */
export async function startProgram(
  name: string,
  ...args: string[]
): Promise<{ readonly url: string; readonly child: ChildProcess; readonly lines: string[] }> {
  const program = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [program, '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  const said = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const [line] = (await once(said, 'line')) as [string];
  return { url: line.replace('listening on ', ''), child, lines };
}

/** A browser, as far as cookies and forms go. */
export class Browser {
  readonly #site: string;
  readonly #cookies = new Map<string, string>();
  #token = '';

  constructor(site: string) {
    this.#site = site;
  }

  /** Asks for a page; redirects are followed, as GET. Remembers cookies, and the token of its forms. */
  async open(path: string, form?: Record<string, string>): Promise<Response & { page: string }> {
    const cookie = Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const body = form === undefined ? null : new URLSearchParams({ ...form, _xsrf: this.#token });
    const method = form === undefined ? 'GET' : 'POST';
    const headers = { Cookie: cookie };
    const response = await fetch(this.#site + path, { method, headers, body, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split(/=(.*)/s);
      if (value === '' || value === '""') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const location = response.headers.get('Location');
    if (location !== null) return this.open(location);
    const page = await response.text();
    this.#token = /name="_xsrf" value="([^"]+)"/.exec(page)?.[1] ?? this.#token;
    return Object.assign(response, { page });
  }
}
