// The stack of an error across packages: coroutines of gen over a timer, a file's callback and a task of the executor.
import { readFile } from 'node:fs';
import { Future } from '@typhoon/concurrent';
import { ThreadPoolExecutor } from '@typhoon/executor';
import { coroutine, sleep } from '@typhoon/gen';
import { expect, it } from 'vitest';

function readText(path: URL): Future<string> {
  const text = new Future<string>();
  readFile(path, 'utf8', (error, data) => {
    if (error === null) text.setResult(data);
    else text.setException(error);
  });
  return text;
}

it('shows the five coroutines that an error of a task has come through', async () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const runTask = coroutine(function* runTask() {
    const text = yield* readText(new URL(import.meta.url));
    return yield* pool.submit((size: number) => {
      throw new RangeError(`${size} is too much`);
    }, text.length);
  });
  const parse = coroutine(function* parse() {
    yield* sleep(1);
    return yield* runTask();
  });
  const load = coroutine(function* load() {
    return yield* parse();
  });
  const answer = coroutine(function* answer() {
    return yield* load();
  });
  const main = coroutine(function* main() {
    return yield* answer();
  });
  const error: unknown = await main().then(
    () => null,
    (reason: unknown) => reason,
  );
  await pool.shutdown();
  expect(error).toBeInstanceOf(RangeError);
  const frames = String((error as RangeError).stack).split('\n');
  const ours = frames.filter((line) => line.includes('error-stack.test.ts'));
  const names = ours.map((line) => /at (\w+?)\d? \(/.exec(line)?.[1]);
  expect(names.slice(-5)).toEqual(['runTask', 'parse', 'load', 'answer', 'main']);
  expect(frames.filter((line) => /@typhoon|packages.(?:gen|ioloop|concurrent)/.test(line))).toEqual(
    [],
  );
  expect(frames[0]).toMatch(/^RangeError: \d+ is too much$/);
});
