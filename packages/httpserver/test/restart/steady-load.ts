// A thousand requests a second that do not wait for their answers, and what came of each.
import { Agent, get } from 'node:http';

/** What a client asked, and what came of it. */
export class Tally {
  readonly failures: string[] = [];
  answered = 0;
  sent = 0;
  readonly #ask: (path: string) => Promise<string>;

  constructor(ask: (path: string) => Promise<string>) {
    this.#ask = ask;
  }

  async send(): Promise<void> {
    const path = `/${this.sent++}`;
    try {
      const text = await this.#ask(path);
      if (text === path) this.answered++;
      else this.failures.push(`${path} was answered ${text}`);
    } catch (error) {
      this.failures.push(`${path}: ${String(error)}`);
    }
  }
}

/** A thousand requests a second, whether they are answered or not; the result stops it, not before so many were sent. */
export function startLoad(tally: Tally, atLeast = 0): () => Promise<unknown> {
  const pending = new Set<Promise<void>>();
  let due = performance.now();
  let sentEnough = (): void => undefined;
  const enough = new Promise<void>((resolve) => (sentEnough = resolve));
  const timer = setInterval(() => {
    // A tick that comes late is made up for.
    for (; due <= performance.now(); due++) {
      const done = tally.send().finally(() => pending.delete(done));
      pending.add(done);
    }
    if (tally.sent >= atLeast) sentEnough();
  }, 5);
  return async () => {
    await enough;
    clearInterval(timer);
    return Promise.all(pending);
  };
}

/** Node’s client with twenty connections that it keeps: answers bodies. */
export function nodeClient(port: number): (path: string) => Promise<string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 20, scheduling: 'fifo' });
  return (path) =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, agent }, (response) => {
        let text = '';
        response.setEncoding('latin1');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve(text);
        });
      }).on('error', reject);
    });
}
