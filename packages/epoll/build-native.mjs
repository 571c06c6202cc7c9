// Compiles native/*.c with a plain C compiler: no gyp, no cmake, no download.
//   node build-native.mjs                 for this machine -> build/addon.node
//   node build-native.mjs --sanitize      the same under AddressSanitizer and UndefinedBehaviorSanitizer -> build/sanitized.node
//   node build-native.mjs --prebuild T    -> prebuilds/T/addon.node, T like linux-arm64-gnu; CC names the compiler
// Without a compiler or headers it says so and exits 0; TYPHOON_NATIVE=required makes that an error, =off builds nothing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const mode = process.env.TYPHOON_NATIVE ?? 'auto'; // auto | off | required
const at = process.argv.indexOf('--prebuild');
const target = at < 0 ? undefined : process.argv[at + 1];
const isSanitized = process.argv.includes('--sanitize');
const out = outputFile();
const stamp = `${out}.stamp`;

if (mode === 'off') skip('TYPHOON_NATIVE=off');
if (process.platform !== 'linux') skip(`there is no epoll on ${process.platform}`);
const include = headers() ?? skip('node_api.h was not found');
const [cc, ...ccArgs] = compiler() ?? skip('there is no C compiler');
build();

function outputFile() {
  if (target !== undefined) return join(here, 'prebuilds', target, 'addon.node');
  return join(here, 'build', isSanitized ? 'sanitized.node' : 'addon.node');
}

function skip(why) {
  rmSync(out, { force: true });
  rmSync(stamp, { force: true });
  console.log(`@typhoon/epoll: native part not built: ${why}; the portable poller will be used`);
  process.exit(mode === 'required' || target !== undefined || isSanitized ? 1 : 0);
}

/** What npm was told, then those beside the node binary: distributions and tarballs have them there. */
function headers() {
  return [
    process.env.npm_config_nodedir && join(process.env.npm_config_nodedir, 'include', 'node'),
    join(dirname(process.execPath), '..', 'include', 'node'),
  ].find((folder) => folder && existsSync(join(folder, 'node_api.h')));
}

function compiler() {
  const named = process.env.CC;
  const commands = (named ? [named] : ['cc', 'gcc', 'clang']).map((command) => command.split(' '));
  return commands.find(
    ([file, ...args]) => spawnSync(file, [...args, '--version'], { stdio: 'ignore' }).status === 0,
  );
}

function build() {
  const folder = join(here, 'native');
  const names = readdirSync(folder).sort();
  const sources = names.filter((name) => name.endsWith('.c')).map((name) => join(folder, name));
  const checks = ['-Wall', '-Wextra', '-Werror'];
  const optimized = isSanitized
    ? [
        '-O1',
        '-g',
        '-fno-omit-frame-pointer',
        '-fsanitize=address,undefined',
        '-fno-sanitize-recover=undefined',
      ]
    : ['-O2', '-s'];
  const args = [
    ...ccArgs,
    ...['-std=gnu11', '-fPIC', '-shared', '-fvisibility=hidden', ...checks, ...optimized],
    ...(process.env.CFLAGS?.split(' ').filter(Boolean) ?? []),
    ...[`-I${include}`, ...sources, '-o', `${out}.tmp`],
  ];
  const version = spawnSync(cc, [...ccArgs, '--version']).stdout.toString();
  const hash = createHash('sha256').update(JSON.stringify([cc, args, process.arch, version]));
  for (const name of names) hash.update(readFileSync(join(folder, name)));
  const id = hash.digest('hex');
  if (existsSync(out) && existsSync(stamp) && readFileSync(stamp, 'utf8') === id) return;

  mkdirSync(dirname(out), { recursive: true });
  const done = spawnSync(cc, args, { encoding: 'utf8' });
  if (done.status !== 0) {
    console.log(done.stderr);
    skip(`${cc} failed`);
  }
  renameSync(`${out}.tmp`, out);
  writeFileSync(stamp, id);
  console.log(`built ${out}`);
}
