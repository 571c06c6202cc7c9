// Fetches one pinned npm package into .tools/, once. Owns: where tools live. Must not know who uses them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const FLAGS = [
  '--no-save',
  '--no-package-lock',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--prefer-offline',
  '--fetch-retries=1',
  '--loglevel=error',
];

/** Makes sure that `file`, a path below the tool's node_modules, is there; returns that node_modules. */
export function fetchTool(root, name, version, file, flags = []) {
  const home = join(root, '.tools', `${name}-${version}`);
  const modules = join(home, 'node_modules');
  if (existsSync(join(modules, file))) return modules;
  console.log(`fetching ${name}@${version} into .tools/`);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  const { status, error } = spawnSync(
    'npm',
    ['install', '--prefix', home, ...FLAGS, ...flags, `${name}@${version}`],
    { cwd: home, stdio: 'inherit', shell: process.platform === 'win32' },
  );
  if (error) throw error;
  if (status !== 0) {
    console.error(`could not fetch ${name}@${version}`);
    process.exit(1);
  }
  return modules;
}
