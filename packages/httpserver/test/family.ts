// A program of several processes under test. Owns: that all of them are gone when the test is.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A line that one of the processes has said. */
export interface Said {
  readonly event: string;
  readonly pid: number;
  readonly task: number | null;
  readonly url?: string;
  readonly level?: string;
  readonly text?: string;
  readonly code?: string;
  readonly message?: string;
  readonly random?: number;
  readonly signal?: string;
}

/** How the parent has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

type Test = (said: Said) => boolean;

const SCRIPT = fileURLToPath(new URL('fixtures/family.mjs', import.meta.url));
const families: Family[] = [];

/** Ends all that were started; for `afterEach`. */
export async function endFamilies(): Promise<void> {
  await Promise.all(families.splice(0).map((family) => family.dispose()));
}

/** A parent, and what it and its children say. */
export class Family {
  readonly parent: ChildProcess;
  readonly said: Said[] = [];
  readonly ended: Promise<Ended>;
  stderr = '';
  readonly #pids = new Set<number>();
  #waiting: { readonly look: () => boolean }[] = [];

  constructor(plan: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv = {}) {
    families.push(this);
    this.parent = spawn(process.execPath, [SCRIPT, JSON.stringify(plan)], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.parent.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    // When all that hold the pipe are gone, all processes are.
    this.ended = new Promise((resolve) => {
      this.parent.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
    if (this.parent.stdout === null) throw new Error('no output');
    createInterface({ input: this.parent.stdout }).on('line', (line) => {
      this.#hear(JSON.parse(line) as Said);
    });
  }

  /** The first so many lines that pass the test, from `since` on; they may come later. */
  async heard(test: Test | string, count = 1, since = 0): Promise<readonly Said[]> {
    const matches: Test = typeof test === 'string' ? ({ event }) => event === test : test;
    const find = (): Said[] => this.said.slice(since).filter(matches).slice(0, count);
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        const found = find();
        if (found.length === count) resolve(found);
        return found.length === count;
      };
      if (look()) return;
      this.#waiting.push({ look });
      void this.ended.then(() => {
        reject(new Error(`never heard: ${JSON.stringify(this.said)}\n${this.stderr}`));
      });
    });
  }

  /** The first one of `heard`. */
  async first(test: Test | string, since = 0): Promise<Said> {
    const [said] = await this.heard(test, 1, since);
    if (said === undefined) throw new Error('nothing was heard');
    return said;
  }

  /** What was logged, with its level. */
  get logged(): string[] {
    return this.said
      .filter(({ event }) => event === 'log')
      .map(({ level = '', text = '' }) => `${level}: ${text}`);
  }

  kill(signal: NodeJS.Signals): void {
    this.parent.kill(signal);
  }

  /** Children are killed by their number: they are alive, or zombies of a parent that lives, or end with their parent. */
  async dispose(): Promise<void> {
    this.parent.kill('SIGKILL');
    for (const pid of this.#pids) {
      if (pid !== this.parent.pid) killIfThere(pid);
    }
    await this.ended;
  }

  #hear(said: Said): void {
    this.#pids.add(said.pid);
    this.said.push(said);
    this.#waiting = this.#waiting.filter(({ look }) => !look());
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it is gone
  }
}
