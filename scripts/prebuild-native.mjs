// The native poller's binaries for its tarball: one for each platform whose compiler is here. Others are named and left out;
// there the package's users have the portable poller, or compile it themselves.
//   node scripts/prebuild-native.mjs [--all]     --all: a missing one is an error, for releases
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '..', '..');

/**
 * Debian's packages: gcc-aarch64-linux-gnu and libc6-dev-arm64-cross, musl-tools. musl's wrapper finds only its static
 * libc, which must not end up in an addon: it is linked without, and finds what it needs in the process.
 */
const TARGETS = [
  { name: 'linux-x64-gnu', compiler: process.arch === 'x64' ? 'cc' : 'x86_64-linux-gnu-gcc' },
  { name: 'linux-arm64-gnu', compiler: process.arch === 'arm64' ? 'cc' : 'aarch64-linux-gnu-gcc' },
  { name: `linux-${process.arch}-musl`, compiler: 'musl-gcc', flags: '-nostdlib' },
];

const missing = [];
for (const { name, compiler, flags = '' } of process.platform === 'linux' ? TARGETS : []) {
  if (spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status !== 0) {
    missing.push(`${name} (${compiler})`);
    continue;
  }
  const { status } = spawnSync(
    process.execPath,
    [join(root, 'packages', 'epoll', 'build-native.mjs'), '--prebuild', name],
    { stdio: ['ignore', 2, 2], env: { ...process.env, CC: compiler, CFLAGS: flags } },
  );
  if (status !== 0) process.exit(1);
}
if (missing.length > 0) console.error(`no compiler for ${missing.join(', ')}: not built`);
process.exit(missing.length > 0 && process.argv.includes('--all') ? 1 : 0);
