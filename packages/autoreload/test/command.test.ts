// The command `typhoon-autoreload`, as a real process. It runs what is built.
import { describe, expect, it, vi } from 'vitest';

import { Folder } from './folder.ts';
import { command } from './program.ts';

// Each start of Node.js takes its time on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

describe('typhoon-autoreload', () => {
  it('runs a script with its arguments, and again when its file has changed (ARL-5, 8)', async () => {
    const folder = new Folder();
    const script = folder.write('app.mjs', 'console.log("one", process.argv.slice(2).join());');
    const program = command(script, '--until-success', '-x', 'a b');
    await program.prints(/one --until-success,-x,a b\n/);
    await program.prints(/Script exited normally/);
    folder.write('app.mjs', 'console.log("two", process.argv.slice(2).join(), process.ppid);');
    await program.prints(/app\.mjs modified; restarting server/);
    const [, parent] = await program.prints(/two --until-success,-x,a b (\d+)\n/);
    expect(Number(parent)).toBe(program.child.pid);
  });

  it('restarts a script that is still running (ARL-5)', async () => {
    const folder = new Folder();
    folder.write('value.mjs', 'export const value = "one";');
    const script = folder.write(
      'app.mjs',
      `import { value } from './value.mjs';
       console.log('run', value);
       setTimeout(() => console.log('looked at'), 1000); // behind the first look, after half a second
       setInterval(() => {}, 1000);`,
    );
    const program = command(script);
    await program.prints(/run one/);
    // A file is only remembered when it is seen for the first time.
    await program.prints(/looked at/);
    folder.replace('value.mjs', 'export const value = "two";');
    await program.prints(/run two/);
  });

  it('logs the status that a script ends with (ARL-5)', async () => {
    const folder = new Folder();
    const program = command(folder.write('app.mjs', 'process.exit(3);'));
    await program.prints(/Script exited with status 3/);
  });

  it('logs an uncaught exception, and watches the file that threw it (ARL-5)', async () => {
    const folder = new Folder();
    folder.write('value.mjs', 'throw new Error("not yet");');
    const program = command(folder.write('app.mjs', 'import "./value.mjs"; console.log("well");'));
    await program.prints(/not yet[^]*Script exited with uncaught exception/);
    folder.write('value.mjs', '');
    await program.prints(/well/);
  });

  it('survives a syntax error, and runs when it is mended (ARL-5)', async () => {
    const folder = new Folder();
    folder.write('value.mjs', 'export const value = ;');
    const program = command(
      folder.write('app.mjs', 'import { value } from "./value.mjs"; console.log("well", value);'),
    );
    await program.prints(/SyntaxError[^]*Script exited with uncaught exception/);
    folder.write('value.mjs', 'export const value = 5;');
    await program.prints(/well 5/);
  });

  it('runs when a file that was missing is there (ARL-5)', async () => {
    const folder = new Folder();
    const program = command(
      folder.write('app.mjs', 'import { value } from "./value.mjs"; console.log("well", value);'),
    );
    await program.prints(/ERR_MODULE_NOT_FOUND[^]*Script exited with uncaught exception/);
    folder.write('value.mjs', 'export const value = 5;');
    await program.prints(/well 5/);
  });

  it('ends after a success if it is to, and not before (ARL-6)', async () => {
    const folder = new Folder();
    const program = command('--until-success', folder.write('app.mjs', 'process.exit(1);'));
    await program.prints(/Script exited with status 1/);
    folder.write('app.mjs', 'console.log("well");');
    await program.prints(/well/);
    expect(await program.ends()).toBe(0);
  });

  it('hands a signal to the script, and ends as it does', async () => {
    const folder = new Folder();
    const script = `process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('ready');`;
    const program = command(folder.write('app.mjs', script));
    await program.prints(/ready/);
    program.child.kill('SIGTERM');
    expect(await program.ends()).toBe(5);
  });

  it('ends when it is told to while the script does not run', async () => {
    const folder = new Folder();
    const program = command(folder.write('app.mjs', ''));
    await program.prints(/Script exited normally/);
    program.child.kill('SIGINT');
    expect(await program.ends()).toBe(0);
  });

  it.each([[[]], [['--until-success']], [['--help']]])(
    'says how it is used, with %j',
    async (args) => {
      const program = command(...args);
      await program.prints(/Usage: typhoon-autoreload/);
      expect(await program.ends()).toBe(1);
    },
  );
});
