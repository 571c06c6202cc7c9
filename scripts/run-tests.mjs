// Runs every test of the workspace under this Node or another one, and counts.
//   node scripts/run-tests.mjs [--node 22|24|26] [vitest args]
// Other Nodes are plain binaries from npm, fetched into .tools/ on demand. Native addons are NOT rebuilt for
// them: one Node-API binary has to load in every one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { fetchTool } from './fetch-tool.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** The versions that are fetched. */
export const NODES = { 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' };

/** The path of a Node binary of that major version. */
export function nodeBinary(major) {
  const version = NODES[major];
  if (version === undefined) throw new Error(`Node ${major} is none of ${Object.keys(NODES)}`);
  if (process.platform !== 'linux') throw new Error('other Nodes are fetched on Linux only');
  const name = `node-linux-${process.arch}`;
  const file = join(name, 'bin', 'node');
  return join(fetchTool(root, name, version, file, ['--ignore-scripts']), file);
}

/**
 * Runs vitest under `node`, with more in its environment if given; how many tests passed and failed. What fails outside of a
 * test counts as one.
 */
export function runTests(node, args = [], env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tests-'));
  const report = join(folder, 'report.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(
    node,
    [
      vitest,
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env, PATH: [dirname(node), process.env.PATH].join(delimiter) },
    },
  );
  const counts = countsOf(report);
  rmSync(folder, { recursive: true });
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function countsOf(report) {
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 0 };
  }
  // A file that could not even be loaded has no tests, yet it failed.
  const broken = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: results.numPassedTests, failed: results.numFailedTests + broken.length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const at = args.indexOf('--node');
  const [, major] = at < 0 ? [] : args.splice(at, 2);
  const { passed, failed } = runTests(
    major === undefined ? process.execPath : nodeBinary(major),
    args,
  );
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
