// The native poller's tests under AddressSanitizer and UndefinedBehaviorSanitizer: the addon is built with them, and Node.js
// started with their runtime in front of everything. A report ends the process, and with it the test file.
//   node scripts/run.mjs exec node scripts/test-sanitized.mjs [vitest args]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runTests } from './run-tests.mjs';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const FILES = ['packages/epoll/', 'packages/ioloop/src/lib/epoll'];

/** How many tests passed and failed; none where there is no sanitizer to run them under. */
export function runSanitized(files = FILES) {
  const runtime = sanitizerRuntime();
  if (runtime === null) {
    console.log('no C compiler with a sanitizer runtime: not run');
    return { passed: 0, failed: 0 };
  }
  const build = spawnSync(
    process.execPath,
    [join(root, 'packages', 'epoll', 'build-native.mjs'), '--sanitize'],
    { stdio: 'inherit' },
  );
  if (build.status !== 0) return { passed: 0, failed: 1 };
  return runTests(process.execPath, ['--testTimeout=60000', ...files], {
    LD_PRELOAD: runtime,
    // Node.js itself leaks on purpose, and its allocator is not ours to check.
    ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1',
    UBSAN_OPTIONS: 'print_stacktrace=1',
    TYPHOON_EPOLL_BINARY: join(root, 'packages', 'epoll', 'build', 'sanitized.node'),
  });
}

function sanitizerRuntime() {
  if (process.platform !== 'linux') return null;
  const compiler = process.env.CC ?? 'cc';
  const asked = spawnSync(compiler, ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  const file = asked.status === 0 ? asked.stdout.trim() : '';
  return existsSync(file) ? file : null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = process.argv.slice(2);
  const { passed, failed } = runSanitized(files.length > 0 ? files : undefined);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
