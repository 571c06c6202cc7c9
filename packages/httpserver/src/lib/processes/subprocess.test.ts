import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IOLoop } from '@typhoon/ioloop';
import { StreamClosedError } from '@typhoon/iostream';
import { afterEach, describe, expect, it } from 'vitest';
import { CalledProcessError } from './process-error.ts';
import { Subprocess, type SubprocessOptions } from './subprocess.ts';

const { STDOUT, STREAM } = Subprocess;
const started: Subprocess[] = [];

afterEach(async () => {
  for (const one of started.splice(0)) {
    one.proc.kill('SIGKILL');
    await one.waitForExit({ raiseError: false });
  }
});

function run(args: readonly string[], options: SubprocessOptions = {}): Subprocess {
  const made = new Subprocess(args, options);
  started.push(made);
  return made;
}

function shell(script: string, options: SubprocessOptions = {}): Subprocess {
  return run(['sh', '-c', script], { stdin: 'ignore', ...options });
}

async function textOf(stream: Subprocess['stdout']): Promise<string> {
  return String(await stream?.readUntilClose());
}

describe('the pipes of a Subprocess', () => {
  it('are streams where STREAM is asked for; what is written is read (PRC-8, 11)', async () => {
    const cat = run(['cat'], { stdin: STREAM, stdout: STREAM });
    await cat.stdin?.write('one line\n');
    expect(String(await cat.stdout?.readUntil('\n'))).toBe('one line\n');
    cat.stdin?.close(); // ends its input, whereupon it ends, whereupon its output does
    expect(await textOf(cat.stdout)).toBe('');
    expect(await cat.waitForExit()).toBe(0);
  });

  it('are read to their end after the program has ended, however much it was (PRC-11)', async () => {
    const big = shell('head -c 50000 /dev/zero', { stdout: STREAM });
    await big.waitForExit();
    expect(await textOf(big.stdout)).toHaveLength(50_000);
    await expect(async () => await big.stdout?.readBytes(1)).rejects.toBeInstanceOf(
      StreamClosedError,
    );
  });

  it('make a program wait that nobody reads', async () => {
    const big = shell('head -c 3000000 /dev/zero; echo >&2 done', {
      stdout: STREAM,
      stderr: STREAM,
    });
    const isDone = big.stderr?.readUntil('\n');
    expect((await textOf(big.stdout)).length).toBe(3_000_000);
    expect(String(await isDone)).toBe('done\n');
  });

  it('are those of node:child_process otherwise (PRC-8)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'subprocess-'));
    const file = openSync(join(folder, 'out'), 'w');
    const echo = shell('echo text; echo problem >&2', { stdout: file, stderr: 'pipe' });
    let problem = '';
    echo.proc.stderr?.on('data', (chunk: Buffer) => (problem += chunk.toString()));
    await new Promise((resolve) => echo.proc.once('close', resolve));
    expect([problem, readFileSync(join(folder, 'out'), 'utf8')]).toEqual(['problem\n', 'text\n']);
    expect([echo.stdin, echo.stdout, echo.stderr]).toEqual([null, null, null]);
    closeSync(file);
    rmSync(folder, { recursive: true });
  });

  it('merge stderr into stdout when asked (PRC-8)', async () => {
    const both = shell('echo "$0"; echo two >&2; exit 3', { stdout: STREAM, stderr: STDOUT });
    expect(await textOf(both.stdout)).toBe('sh\ntwo\n');
    expect(await both.waitForExit({ raiseError: false })).toBe(3);
  });

  it('are told apart by folder and environment', async () => {
    const where = shell('pwd; echo $COLOUR', { stdout: STREAM, cwd: '/', env: { COLOUR: 'blue' } });
    expect(await textOf(where.stdout)).toBe('/\nblue\n');
  });
});

describe('the end of a Subprocess', () => {
  it('is its exit status, or a signal as a negative number (PRC-9)', async () => {
    const fine = shell('exit 0');
    expect([fine.returncode, await fine.waitForExit(), fine.returncode]).toEqual([null, 0, 0]);
    expect(await shell('exit 7').waitForExit({ raiseError: false })).toBe(7);
    expect(await shell('kill -9 $$').waitForExit({ raiseError: false })).toBe(-9);
  });

  it('fails who waits for it unless it is 0 (PRC-9)', async () => {
    const args = ['sh', '-c', 'exit 7'];
    const error: unknown = await run(args)
      .waitForExit()
      .then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(CalledProcessError);
    expect(error).toMatchObject({ returncode: 7, cmd: args, code: 'ERR_PROCESS_FAILED' });
    await expect(async () => await shell('kill -9 $$').waitForExit()).rejects.toThrow(
      'died of signal 9',
    );
  });

  it('is told to several who wait, before it and after', async () => {
    const fine = shell('exit 0');
    expect(await Promise.all([fine.waitForExit(), fine.waitForExit()])).toEqual([0, 0]);
    expect(await fine.waitForExit()).toBe(0);
  });

  it('calls back on the loop, also when it is over already (PRC-9)', async () => {
    const loop = IOLoop.current();
    const seven = shell('exit 7');
    const first = new Promise((resolve) => {
      seven.setExitCallback((code) => {
        resolve([code, IOLoop.current() === loop]);
      });
    });
    expect(await first).toEqual([7, true]);
    let isLate = false;
    const again = new Promise((resolve) => {
      seven.setExitCallback((code) => {
        resolve([code, isLate]);
      });
    });
    isLate = true;
    expect(await again).toEqual([7, true]);
  });

  it('has one callback: a second replaces the first (PRC-12)', async () => {
    const fine = shell('exit 0');
    const called: string[] = [];
    await new Promise<void>((resolve) => {
      fine.setExitCallback(() => called.push('first'));
      fine.setExitCallback(() => {
        called.push('second');
        resolve();
      });
    });
    expect(called).toEqual(['second']);
  });

  it('needs no initialize', () => {
    Subprocess.initialize();
    Subprocess.uninitialize();
  });
});

describe('a program that cannot be started', () => {
  it.each([
    ['is not there', ['/no/such/program'], {}],
    ['may not be run', ['/etc/passwd'], {}],
    ['has no folder to run in', ['true'], { cwd: '/no/such/folder' }],
  ])('throws at once when it %s (PRC-10)', (_, args, options) => {
    const start = (): unknown =>
      new Subprocess(args, { ...options, stdin: STREAM, stdout: STREAM });
    expect(start).toThrow(expect.objectContaining({ code: 'ERR_SPAWN_FAILED' }));
  });

  it.skipIf(process.platform !== 'linux')('leaves no pipe behind (PRC-10)', async () => {
    const count = (): number => readdirSync('/proc/self/fd').length;
    const before = count();
    for (let n = 0; n < 20; n++) {
      expect(
        () => new Subprocess(['/no/such/program'], { stdin: STREAM, stdout: STREAM }),
      ).toThrow();
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(count()).toBeLessThan(before + 20);
  });
});
