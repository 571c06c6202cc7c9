// Processes as they are: real ones. What their parent decides is in supervisor.test.ts, what they serve in serving.test.ts.
import { afterEach, describe, expect, it } from 'vitest';
import { endFamilies, Family } from './family.ts';

afterEach(endFamilies);

function start(plan: Readonly<Record<string, unknown>>): Family {
  return new Family(plan);
}

describe('forkProcesses', () => {
  it('resolves in each child with its task, and exits with 0 when all have (PRC-1, 2, 3)', async () => {
    const family = start({ mode: 'plain', exit: [0, 0] });
    expect(await family.ended).toEqual({ code: 0, signal: null });
    const forked = family.said.filter(({ event }) => event === 'forked');
    expect(forked.map(({ task }) => task).sort()).toEqual([0, 1]);
    expect(family.logged[0]).toBe('INFO: Starting 2 processes');
    for (const { task, pid } of forked) {
      expect(pid).not.toBe(family.parent.pid);
      expect(family.logged).toContain(`INFO: child ${task} (pid ${pid}) exited normally`);
    }
    const parents = family.said.filter(({ pid }) => pid === family.parent.pid);
    expect(parents.every(({ event, task }) => event === 'log' && task === null)).toBe(true);
  });

  it('starts a child again that fails or is killed, and gives up in the end (PRC-2, 4)', async () => {
    const plan = { mode: 'plain', exit: [5], fork: { maxRestarts: 2, restartDelayMs: 1 } };
    const family = start(plan);
    const { pid } = await family.first(({ event, task }) => event === 'forked' && task === 1);
    process.kill(pid, 'SIGKILL');
    const { code, message } = await family.first('uncaught');
    expect([code, message]).toEqual([
      'ERR_TOO_MANY_RESTARTS',
      'Too many child restarts, giving up',
    ]);
    expect((await family.ended).code).toBe(70);
    const failed = /^WARNING: child 0 \(pid \d+\) exited with status 5, restarting$/;
    expect(family.logged).toContainEqual(expect.stringMatching(failed));
    expect(family.logged).toContain(
      `WARNING: child 1 (pid ${pid}) killed by signal SIGKILL, restarting`,
    );
  });

  it('gives each child random numbers of its own (PRC-5)', async () => {
    const [first, second] = await start({ mode: 'plain', exit: [0, 0] }).heard('forked', 2);
    expect(first?.random).not.toBe(second?.random);
  });

  it('wants nothing to be served yet (PRC-5)', async () => {
    const family = start({ mode: 'serving' });
    expect(await family.first('uncaught')).toMatchObject({ code: 'ERR_ALREADY_SERVING' });
  });

  it('is refused in a child the second time (PRC-6)', async () => {
    const family = start({ mode: 'twice', numProcesses: 1, fork: { maxRestarts: 0 } });
    expect(await family.first('uncaught')).toMatchObject({ code: 'ERR_ALREADY_FORKED', task: 0 });
  });
});

describe('the end', () => {
  it('comes with a signal, which is handed on: the hooks run, the last one first', async () => {
    const family = start({ mode: 'hooks' });
    const children = await family.heard('serving', 2);
    family.kill('SIGINT');
    expect(await family.ended).toEqual({ code: 0, signal: null });
    for (const { pid } of children) {
      const said = family.said.filter((one) => one.pid === pid).map(({ event }) => event);
      expect(said.slice(1)).toEqual(['second hook', 'second hook is through', 'first hook']);
    }
    expect(family.logged).toContain('INFO: Stopping 2 processes on SIGINT');
  });

  it('is 1 when a hook fails, which is logged', async () => {
    const family = start({ mode: 'hooks', numProcesses: 1, fails: true });
    await family.first('serving');
    family.kill('SIGTERM');
    expect((await family.ended).code).toBe(1);
    expect(family.logged).toContain('ERROR: Exception in stop hook');
  });

  it('is forced on children that do not go in time', async () => {
    const family = start({ mode: 'stubborn', fork: { stopTimeoutMs: 50 } });
    await family.heard('serving', 2);
    family.kill('SIGTERM');
    expect((await family.ended).code).toBe(1);
    expect(family.logged).toContain(
      'WARNING: 2 processes are still there after 50 ms: they are killed',
    );
  });

  it('comes to the children when the parent is killed', async () => {
    const family = start({ mode: 'hooks' });
    await family.heard('serving', 2);
    family.kill('SIGKILL');
    expect((await family.ended).signal).toBe('SIGKILL'); // and all that held its output are gone
    expect(family.said.filter(({ event }) => event === 'first hook')).toHaveLength(2);
  });

  it('comes at once to children without hooks when the parent is killed', async () => {
    const family = start({ mode: 'plain' });
    await family.heard('forked', 2);
    family.kill('SIGKILL');
    expect((await family.ended).signal).toBe('SIGKILL');
  });

  it('comes while children are starting', async () => {
    const family = start({ mode: 'plain' });
    await family.first('log');
    family.kill('SIGTERM');
    expect((await family.ended).code).toBe(0);
  });
});

describe('SIGHUP', () => {
  it('replaces all children, one after another, without a gap', async () => {
    const family = start({ mode: 'hooks' });
    await family.heard('serving', 2);
    const since = family.said.length;
    family.kill('SIGHUP');
    await family.heard(({ text }) => /^old child .* exited normally$/.test(text ?? ''), 2);
    const after = family.said.slice(since).filter(({ event }) => event !== 'log');
    const order = after.map(({ task, event }) => `${event} ${task}`);
    const going = (task: number): string[] =>
      ['serving', 'second hook', 'second hook is through', 'first hook'].map(
        (event) => `${event} ${task}`,
      );
    expect(order).toEqual([...going(0), ...going(1)]);
  });
});
