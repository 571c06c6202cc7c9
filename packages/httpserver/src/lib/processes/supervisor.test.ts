// The supervisor in memory: its children are numbers, its clock is moved by hand.
import { VirtualClock } from '@typhoon/ioloop/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Supervisor, type Exit, type SupervisorHost, type SupervisorPolicy } from './supervisor.ts';

const OK: Exit = { kind: 'code', code: 0 };
const FAILED: Exit = { kind: 'code', code: 3 };
const KILLED: Exit = { kind: 'signal', signal: 'SIGKILL' };

class FakeHost implements SupervisorHost {
  /** Everything that was decided, in order: `spawn 0 for 1`, `SIGTERM to 0`, `finish 0`. */
  readonly told: string[] = [];
  readonly logged: string[] = [];

  spawn(child: number, taskId: number): number {
    this.told.push(`spawn ${child} for ${taskId}`);
    return 100 + child;
  }

  kill(child: number, signal: NodeJS.Signals): void {
    this.told.push(`${signal} to ${child}`);
  }

  log(level: string, message: string, ...args: unknown[]): void {
    let at = 0;
    this.logged.push(`${level}: ${message.replaceAll(/%[sd]/g, () => String(args[at++]))}`);
  }

  finish(exitCode: number): void {
    this.told.push(`finish ${exitCode}`);
  }

  giveUp(): void {
    this.told.push('give up');
  }

  /** What was decided since the last time this was asked. */
  news(): string[] {
    return this.told.splice(0);
  }
}

const POLICY: SupervisorPolicy = {
  tasks: 2,
  maxRestarts: 100,
  backOff: { firstMs: 100, maxMs: 1000 },
  healthyMs: 10_000,
  stopTimeoutMs: 30_000,
  readyTimeoutMs: 20_000,
};

let host: FakeHost;
let clock: VirtualClock;
let supervisor: Supervisor;

function start(policy: Partial<SupervisorPolicy> = {}): void {
  host = new FakeHost();
  clock = new VirtualClock({ autoJump: false });
  supervisor = new Supervisor(host, { ...POLICY, ...policy }, clock, () => 0.5);
  supervisor.begin();
}

beforeEach(() => {
  start();
});

describe('starting', () => {
  it('starts a child for each task, and says so (PRC-1)', () => {
    expect(host.news()).toEqual(['spawn 0 for 0', 'spawn 1 for 1']);
    expect(host.logged).toEqual(['info: Starting 2 processes']);
  });
});

describe('a child that ends', () => {
  beforeEach(() => host.news());

  it('is not started again after a 0, and all is over after the last one (PRC-3)', () => {
    supervisor.childExited(1, OK);
    expect(host.logged.at(-1)).toBe('info: child 1 (pid 101) exited normally');
    expect(host.news()).toEqual([]);
    supervisor.childExited(0, OK);
    expect(host.news()).toEqual(['finish 0']);
  });

  it('is started again with its task after anything else, and that is logged (PRC-2, 4)', () => {
    supervisor.childExited(1, FAILED);
    supervisor.childExited(0, KILLED);
    expect(host.news()).toEqual(['spawn 2 for 1', 'spawn 3 for 0']);
    expect(host.logged.slice(1)).toEqual([
      'warning: child 1 (pid 101) exited with status 3, restarting',
      'warning: child 0 (pid 100) killed by signal SIGKILL, restarting',
    ]);
  });

  it('is forgotten: hearing of it again changes nothing', () => {
    supervisor.childExited(0, FAILED);
    supervisor.childExited(0, FAILED);
    supervisor.childReady(0);
    expect(host.news()).toEqual(['spawn 2 for 0']);
  });

  it('is tried again when it could not even be started', () => {
    supervisor.childExited(0, { kind: 'unstarted', reason: 'EAGAIN' });
    expect(host.news()).toEqual(['spawn 2 for 0']);
    expect(host.logged.at(-1)).toContain('could not be started (EAGAIN), restarting');
  });
});

describe('a child that crashes again and again', () => {
  beforeEach(() => {
    supervisor.childExited(0, FAILED);
    host.news();
  });

  it('is waited for ever longer', async () => {
    for (const [child, delayMs] of [
      [2, 75],
      [3, 150],
      [4, 300],
      [5, 600],
      [6, 750],
      [7, 750],
    ] as const) {
      supervisor.childExited(child, FAILED);
      await clock.advance(delayMs - 1);
      expect(host.news()).toEqual([]);
      await clock.advance(1);
      expect(host.news()).toEqual([`spawn ${child + 1} for 0`]);
    }
  });

  it('does not make the others wait', () => {
    supervisor.childExited(2, FAILED);
    supervisor.childExited(1, FAILED);
    expect(host.news()).toEqual(['spawn 3 for 1']);
  });

  it('starts anew with its waits when it was healthy for a while', async () => {
    await clock.advance(9_999);
    supervisor.childExited(2, FAILED);
    await clock.advance(75);
    host.news();
    await clock.advance(10_000);
    supervisor.childExited(3, FAILED);
    expect(host.news()).toEqual(['spawn 4 for 0']);
  });

  it('is given up after so many restarts of all together, and the others are told to go (PRC-4)', () => {
    start({ maxRestarts: 2 });
    host.news();
    supervisor.childExited(0, FAILED);
    supervisor.childExited(1, FAILED);
    expect(host.news()).toEqual(['spawn 2 for 0', 'spawn 3 for 1']);
    supervisor.childExited(3, FAILED);
    expect(host.news()).toEqual(['SIGTERM to 2']);
    supervisor.childExited(2, OK);
    expect(host.news()).toEqual(['give up']);
  });

  it('is given up at once when nobody else is there', () => {
    start({ tasks: 1, maxRestarts: 0 });
    host.news();
    supervisor.childExited(0, FAILED);
    expect(host.news()).toEqual(['give up']);
  });
});

describe('stopping', () => {
  beforeEach(() => host.news());

  it('hands the signal on, and is over when all are gone', () => {
    supervisor.stop('SIGINT');
    expect(host.news()).toEqual(['SIGINT to 0', 'SIGINT to 1']);
    supervisor.childExited(0, OK);
    supervisor.childExited(1, { kind: 'signal', signal: 'SIGINT' });
    expect(host.news()).toEqual(['finish 0']);
  });

  it('ends with 1 when a child goes in another way', () => {
    supervisor.stop('SIGTERM');
    supervisor.childExited(0, FAILED);
    supervisor.childExited(1, OK);
    expect(host.news().at(-1)).toBe('finish 1');
    expect(host.logged).toContain('warning: child 0 (pid 100) exited with status 3');
  });

  it('kills at the second signal, but for an echo of the first', async () => {
    supervisor.stop('SIGTERM');
    host.news();
    await clock.advance(999);
    supervisor.stop('SIGTERM');
    expect(host.news()).toEqual([]);
    await clock.advance(1);
    supervisor.stop('SIGINT');
    expect(host.news()).toEqual(['SIGKILL to 0', 'SIGKILL to 1']);
  });

  it('kills those that do not go in time', async () => {
    supervisor.stop('SIGTERM');
    supervisor.childExited(0, OK);
    host.news();
    await clock.advance(30_000);
    expect(host.news()).toEqual(['SIGKILL to 1']);
    supervisor.childExited(1, KILLED);
    expect(host.news()).toEqual(['finish 1']);
  });

  it('starts nobody again, not even who was waited for', async () => {
    supervisor.childExited(0, FAILED);
    supervisor.childExited(2, FAILED);
    host.news();
    supervisor.stop('SIGTERM');
    expect(host.news()).toEqual(['SIGTERM to 1']);
    supervisor.childExited(1, FAILED);
    expect(host.news()).toEqual(['finish 1']);
    await clock.advance(60_000);
    expect(host.news()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is over at once when nobody is there', () => {
    start({ tasks: 1 });
    supervisor.childExited(0, FAILED);
    supervisor.childExited(1, FAILED);
    host.news();
    supervisor.stop('SIGTERM');
    expect(host.news()).toEqual(['finish 0']);
  });
});

describe('a rolling restart', () => {
  beforeEach(() => {
    supervisor.childReady(0);
    supervisor.childReady(1);
    host.news();
    supervisor.roll();
  });

  it('replaces one child after another: the new one is up before the old one is told to go', () => {
    expect(host.news()).toEqual(['spawn 2 for 0']);
    supervisor.childReady(2);
    expect(host.news()).toEqual(['SIGTERM to 0']);
    supervisor.childExited(0, OK);
    expect(host.news()).toEqual(['spawn 3 for 1']);
    supervisor.childReady(3);
    supervisor.childExited(1, OK);
    expect(host.news()).toEqual(['SIGTERM to 1']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps the old children when a new one ends before it is up', () => {
    host.news();
    supervisor.childExited(2, FAILED);
    expect(host.news()).toEqual([]);
    expect(host.logged.at(-1)).toBe(
      'error: new child 0 (pid 102) exited with status 3 before it was ready: the old ones stay',
    );
    supervisor.childExited(0, OK);
    supervisor.childExited(1, OK);
    expect(host.news()).toEqual(['finish 0']);
  });

  it('keeps the old children, and kills a new one that is not up in time', async () => {
    host.news();
    await clock.advance(20_000);
    expect(host.news()).toEqual(['SIGKILL to 2']);
    supervisor.childExited(2, KILLED);
    expect(host.news()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('kills an old child that does not go, and goes on', async () => {
    supervisor.childReady(2);
    host.news();
    await clock.advance(30_000);
    expect(host.news()).toEqual(['SIGKILL to 0']);
    supervisor.childExited(0, KILLED);
    expect(host.news()).toEqual(['spawn 3 for 1']);
  });

  it('takes the new child for an old one that crashes meanwhile', () => {
    host.news();
    supervisor.childExited(0, FAILED);
    expect(host.news()).toEqual([]);
    supervisor.childReady(2);
    expect(host.news()).toEqual(['spawn 3 for 1']);
  });

  it('starts the child again when both the old and the new one crash, and goes on', () => {
    host.news();
    supervisor.childExited(0, FAILED);
    supervisor.childExited(2, FAILED);
    expect(host.news()).toEqual(['spawn 3 for 1']);
  });

  it('is done once more when it is asked for meanwhile', () => {
    supervisor.roll();
    supervisor.roll();
    supervisor.childReady(2);
    supervisor.childExited(0, OK);
    supervisor.childReady(3);
    host.news();
    supervisor.childExited(1, OK);
    expect(host.news()).toEqual(['spawn 4 for 0']);
  });

  it('ends with a stop: all are told to go, but for who was told already', () => {
    supervisor.childReady(2);
    host.news();
    supervisor.stop('SIGTERM');
    expect(host.news()).toEqual(['SIGTERM to 1', 'SIGTERM to 2']);
  });

  it('leaves out a task that is over', () => {
    start();
    supervisor.childExited(0, OK);
    host.news();
    supervisor.roll();
    expect(host.news()).toEqual(['spawn 2 for 1']);
  });
});
