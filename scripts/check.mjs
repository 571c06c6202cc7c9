// Everything that has to hold before a change goes in: `pnpm check`. CI runs this and nothing else.
//   node scripts/run.mjs check [--skip=step,step] [--only=step,step]
// A step that fails is named at once; the others run all the same. Ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { checkPackages } from './check-packages.mjs';
import { checkStart } from './check-start.mjs';
import { nodeBinary, runTests } from './run-tests.mjs';
import { runSanitized } from './test-sanitized.mjs';

/** Parts of the paths of test files. */
const SOCKET_TESTS = ['test/', 'packages/httpserver/', 'packages/iostream/'];

/** A step is over when it says how much of it passed and how much failed. */
const STEPS = {
  lockfile: () => command('node', 'scripts/check-lockfile.mjs'),
  build: () => command('turbo', 'run', 'build', '--output-logs=errors-only'),
  types: () => command('turbo', 'run', 'typecheck', '--output-logs=errors-only', '--continue'),
  'types-root': () => command('tsc', '-p', 'tsconfig.json'),
  lint: () => command('eslint', '--max-warnings=0'),
  cycles: () => command('node', 'scripts/check-cycles.mjs'),
  format: () => command('prettier', '--check', '--log-level=warn', '.'),
  unused: () => command('knip'),
  tests: () => runTests(process.execPath),
  // What uses sockets, on the poller that is not this machine's first choice.
  'tests-net': () => runTests(process.execPath, SOCKET_TESTS, { TYPHOON_POLLER: 'net' }),
  'tests-current': () => runTests(nodeBinary(26)),
  sanitizers: () => runSanitized(),
  packages: checkPackages,
  start: checkStart,
};

function command(name, ...args) {
  const file = name === 'node' ? process.execPath : name;
  const { error, status } = spawnSync(file, args, { stdio: 'inherit' });
  if (error) console.log(error.message);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** The steps that the flags leave. */
function wanted() {
  const option = (name) =>
    process.argv
      .find((arg) => arg.startsWith(`--${name}=`))
      ?.split('=')[1]
      .split(',');
  const only = option('only') ?? Object.keys(STEPS);
  const skip = option('skip') ?? [];
  const unknown = [...only, ...skip].filter((name) => !(name in STEPS));
  if (unknown.length > 0) {
    console.error(`no such step: ${unknown}; there are ${Object.keys(STEPS).join(', ')}`);
    process.exit(2);
  }
  return only.filter((name) => !skip.includes(name));
}

const lines = [];
const total = { passed: 0, failed: 0 };
for (const name of wanted()) {
  console.log(`\n=== ${name}`);
  const since = Date.now();
  const { passed, failed } = await STEPS[name]();
  total.passed += passed;
  total.failed += failed;
  if (failed > 0) console.log(`FAILED: ${name}`);
  const seconds = ((Date.now() - since) / 1000).toFixed(1);
  lines.push(
    `${failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${passed} passed, ${failed} failed, ${seconds} s`,
  );
}
console.log(`\n${lines.join('\n')}\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
