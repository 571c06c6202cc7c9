// The native poller's binaries for its tarball: one for each platform whose compiler is here. Others are named and left out;
// there the package's users have the portable poller, or compile it themselves.
//   node scripts/prebuild-native.mjs [--all]     --all: a missing one is an error, for releases
// scripts/try-prebuilds.mjs tries what was built.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '..', '..');

/**
 * Debian's packages: gcc-aarch64-linux-gnu and libc6-dev-arm64-cross, musl-dev, and musl-dev:arm64, whose folder
 * `TYPHOON_MUSL_ARM64` names where it was unpacked instead of installed.
 */
export const TARGETS = [
  { name: 'linux-x64-gnu', arch: 'x64', compiler: compilerOf('x64') },
  { name: 'linux-arm64-gnu', arch: 'arm64', compiler: compilerOf('arm64') },
  muslTarget('x64', '/'),
  muslTarget('arm64', process.env.TYPHOON_MUSL_ARM64 ?? '/'),
];

function machine(arch) {
  return arch === 'arm64' ? 'aarch64' : 'x86_64';
}

function compilerOf(arch) {
  return process.arch === arch ? 'cc' : `${machine(arch)}-linux-gnu-gcc`;
}

function muslTarget(arch, folder) {
  const triple = `${machine(arch)}-linux-musl`;
  return {
    name: `linux-${arch}-musl`,
    arch,
    compiler: compilerOf(arch),
    musl: {
      include: join(folder, 'usr', 'include', triple),
      libraries: join(folder, 'usr', 'lib', triple),
      loader: join(folder, 'lib', `ld-musl-${machine(arch)}.so.1`),
    },
  };
}

/**
 * How glibc's compiler compiles for musl: with its headers, and no library. No part of a libc may end up in an addon: what it
 * needs it finds in the process.
 */
export function flagsOf({ compiler, musl }) {
  if (musl === undefined) return [];
  const { stdout } = spawnSync(compiler, ['-print-file-name=include'], { encoding: 'utf8' });
  return ['-nostdlib', '-nostdinc', '-isystem', musl.include, '-isystem', stdout.trim()];
}

function whatIsMissing({ compiler, musl }) {
  if (spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status !== 0) return compiler;
  return musl === undefined || existsSync(musl.include) ? null : musl.include;
}

function prebuild() {
  const missing = [];
  for (const target of process.platform === 'linux' ? TARGETS : []) {
    const lack = whatIsMissing(target);
    if (lack !== null) {
      missing.push(`${target.name} (${lack})`);
      continue;
    }
    const { status } = spawnSync(
      process.execPath,
      [join(root, 'packages', 'epoll', 'build-native.mjs'), '--prebuild', target.name],
      {
        stdio: ['ignore', 2, 2],
        env: { ...process.env, CC: target.compiler, CFLAGS: flagsOf(target).join(' ') },
      },
    );
    if (status !== 0) process.exit(1);
  }
  if (missing.length > 0) console.error(`nothing to compile with for ${missing.join(', ')}`);
  process.exit(missing.length > 0 && process.argv.includes('--all') ? 1 : 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) prebuild();
