// Compiles the samples, all in one program, as a user's project would: against dist, through each package's
// exports. Owns the folder .samples/.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable', 'ESNext.Decorators'],
    module: 'NodeNext',
    moduleDetection: 'force',
    types: ['node'],
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    sourceMap: true,
    rootDir: 'src',
    outDir: 'out',
  },
  include: ['src'],
};

/** Adds to each sample `program`, the compiled file, and `errors`, the compiler's lines about it. */
export function compileSamples(root, samples) {
  const folder = join(root, '.samples');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'src'), { recursive: true });
  mkdirSync(join(folder, 'node_modules', '@typhoon'), { recursive: true });
  for (const name of readdirSync(join(root, 'packages'))) {
    symlinkSync(join(root, 'packages', name), join(folder, 'node_modules', '@typhoon', name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  const named = samples.map((sample) => ({
    ...sample,
    name: `${sample.file.replace(/\.md$/, '').replaceAll('/', '-')}-${sample.line}`,
  }));
  for (const { name, code } of named) writeFileSync(join(folder, 'src', `${name}.ts`), code);
  const lines = samples.length === 0 ? [] : compile(root, folder);
  return named.map((sample) => ({
    ...sample,
    program: join(folder, 'out', `${sample.name}.js`),
    errors: lines.filter((line) => line.startsWith(`src/${sample.name}.ts(`)),
  }));
}

function compile(root, folder) {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  const { error, status, stdout } = spawnSync(tsc, ['-p', 'tsconfig.json', '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (error) throw error;
  const lines = stdout.split(/\n(?=\S)/).map((line) => line.trimEnd());
  if (status !== 0 && !lines.some((line) => line.startsWith('src/'))) throw new Error(stdout);
  return lines;
}
