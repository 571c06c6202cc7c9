// `npm start` serves, and stops cleanly: told through its process group, as Ctrl-C does, and told alone.
//   node scripts/check-start.mjs [folder]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 15_000;

/** Starts and stops the sample app of the clone in `root` once in each way. */
export async function checkStart(root = ROOT) {
  const counts = { passed: 0, failed: 0 };
  if (!existsSync(join(root, 'apps/sample/src/main.ts'))) {
    console.log('there is no sample app');
    return counts;
  }
  for (const way of ['group', 'alone']) {
    const since = Date.now();
    const fault = await faultOfStart(root, way);
    counts[fault === null ? 'passed' : 'failed']++;
    console.log(`npm start, SIGINT to ${way}: ${fault ?? 'ok'} (${Date.now() - since} ms)`);
  }
  return counts;
}

/** Starts the app, asks it for its page, stops it; what was wrong, or null. */
async function faultOfStart(root, way) {
  const folder = mkdtempSync(join(tmpdir(), 'start-'));
  const isFree = await isPortFree(8888);
  const args = ['start', '--', `--database=${join(folder, 'uptime.db')}`];
  const app = spawn('npm', isFree ? args : [...args, '--port=0'], {
    cwd: root,
    detached: true, // a process group of its own
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [app.stdout, app.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  const exit = new Promise((resolve) => app.on('close', (code, signal) => resolve(code ?? signal)));
  try {
    const address = await within(
      START_LIMIT_MS,
      'no address was printed',
      addressIn(app, () => output, exit),
    );
    if (isFree && address !== 'http://127.0.0.1:8888') return `it serves on ${address}`;
    const { status, headers } = await fetch(address);
    if (status !== 200 || !headers.get('content-type')?.startsWith('text/html'))
      return `${address} answers ${status} ${headers.get('content-type')}`;
    const said = output.length;
    process.kill(way === 'group' ? -app.pid : app.pid, 'SIGINT');
    const code = await within(STOP_LIMIT_MS, 'it does not stop', exit);
    const noise = /npm error|ELIFECYCLE|^\s+at .*:\d+/m.exec(output.slice(said));
    if (code !== 0 || noise) return `it ended with ${code}\n${output}`;
    return (await isPortFree(Number(new URL(address).port)))
      ? null
      : `it left something on ${address}`;
  } catch (error) {
    return `${error.message}\n${output}`;
  } finally {
    if (app.exitCode === null && app.signalCode === null) process.kill(-app.pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The address that the app prints. */
function addressIn(app, read, exit) {
  return new Promise((resolve, reject) => {
    app.stdout.on('data', () => {
      const found = /http:\/\/[\w.:[\]]+:\d+/.exec(read());
      if (found) resolve(found[0]);
    });
    void exit.then((code) => reject(new Error(`it ended with ${code}`)));
  });
}

async function within(ms, message, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${message} within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function isPortFree(port) {
  return new Promise((resolve) => {
    const server = createServer().on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed } = await checkStart(process.argv[2]);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
