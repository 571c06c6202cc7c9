// Tries what scripts/prebuild-native.mjs built, platform by platform, as far as this machine can run it, and says how far.
//   node scripts/try-prebuilds.mjs
// glibc: in Node.js, another architecture's under qemu: a listener, a connection, an answer. musl, of which npm has no Node.js:
// the core without Node.js (packages/epoll/test/core.c) runs with musl, and musl's loader finds all that the addon needs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { fetchTool } from './fetch-tool.mjs';
import { TARGETS, flagsOf } from './prebuild-native.mjs';
import { NODES } from './run-tests.mjs';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const epoll = join(root, 'packages', 'epoll');
const folder = mkdtempSync(join(tmpdir(), 'prebuilds-'));

/** A poller whose client asks and whose server answers; prints what came. */
const EXCHANGE = `
  const { Poller, layout } = require(process.argv[1]);
  const memory = new ArrayBuffer(layout.memoryBytes);
  const events = new Int32Array(memory, layout.eventsAt);
  let came = 0;
  const poller = new Poller((at, count) => {
    for (let n = at; n < count; n++) {
      const [slot, generation, kind, value] = events.subarray(n * 4, n * 4 + 4);
      if (kind === 4) poller.write(slot, generation, 0, Buffer.from('ask'));
      if (kind === 1 && slot !== client) poller.write(slot, generation, 0, Buffer.alloc(1 << 22));
      if (kind === 1 && slot === client) came += value;
    }
    if (came === 1 << 22) { poller.close(); console.log('exchanged', process.version, process.arch); }
    return count;
  }, memory, new ArrayBuffer(layout.receiveBytes));
  const listener = poller.listen('127.0.0.1', 0, 100, false, false);
  const { port } = poller.localAddress(listener, poller.generationOf(listener));
  const client = poller.connect('127.0.0.1', port, '', 0);
`;

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 180_000,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** What runs programs of that architecture here: nothing, or qemu. */
function runner(arch) {
  return arch === process.arch ? [] : [`qemu-${arch === 'arm64' ? 'aarch64' : 'x86_64'}-static`];
}

function tryInNode({ arch }, addon) {
  const name = `node-linux-${arch}`;
  const file = join(name, 'bin', 'node');
  const flags = ['--ignore-scripts', '--force', `--cpu=${arch}`];
  const node = join(fetchTool(root, name, NODES[22], file, flags), file);
  const libraries =
    arch === process.arch
      ? []
      : ['-L', `/usr/${arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`];
  const [command, ...args] = [...runner(arch), ...libraries, node, '-e', EXCHANGE, addon];
  return run(command, args);
}

function tryWithMusl(target, addon) {
  const flags = ['-std=gnu11', '-O2', ...flagsOf(target)];
  const { arch, compiler, musl } = target;
  const library = (name) => join(musl.libraries, name);
  const sources = ['epoll', 'socket', 'stream'].map((name) => join(epoll, 'native', `${name}.c`));
  const start = ['crt1.o', 'crti.o'].map(library);
  const core = join(folder, `core-${arch}`);
  const main = join(epoll, 'test', 'core.c');
  const withLibc = [...start, main, ...sources, library('libc.a'), '-lgcc', library('crtn.o')];
  run(compiler, [...flags, '-static', '-no-pie', ...withLibc, '-o', core]);

  // Empty functions for what Node.js would bring; the rest is musl's or missing.
  const symbols = run('readelf', ['--dyn-syms', '-W', addon]).matchAll(/UND ((?:napi|uv)_\w+)/g);
  const stubs = join(folder, 'stubs.c');
  writeFileSync(stubs, [...symbols].map(([, name]) => `void ${name}(void) {}\n`).join(''));
  const host = join(folder, `host-${arch}`);
  const dynamic = [...start, join(epoll, 'test', 'host.c'), stubs, musl.loader, library('crtn.o')];
  run(compiler, [...flags, '-no-pie', '-rdynamic', ...dynamic, '-o', host]);
  const [coreCommand, ...coreArgs] = [...runner(arch), core];
  const [hostCommand, ...hostArgs] = [...runner(arch), musl.loader, host, addon];
  return `${run(coreCommand, coreArgs)}, ${run(hostCommand, hostArgs)} by musl's loader`;
}

let failed = 0;
for (const target of TARGETS) {
  const addon = join(epoll, 'prebuilds', target.name, 'addon.node');
  let result = 'not built';
  try {
    if (existsSync(addon)) {
      result = target.musl === undefined ? tryInNode(target, addon) : tryWithMusl(target, addon);
    }
  } catch (error) {
    result = `FAILED: ${error.message}`;
    failed++;
  }
  console.log(`${target.name}: ${result}`);
}
rmSync(folder, { recursive: true });
process.exit(failed === 0 ? 0 : 1);
