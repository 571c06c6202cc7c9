// The program behind the queue: does the database's tasks that `main.ts --queue=redis://…` sends. As many of them as you like.
import { OptionsError } from '@typhoon/options';
import { readOptions, type Options } from './options.ts';
import { openWorker } from './storage/executor.ts';

async function start({ queue, workers }: Options): Promise<void> {
  if (queue === null) throw new OptionsError('ERR_OPTION_VALUE', '--queue says where the work is');
  const worker = await openWorker(queue, workers);
  // What it has begun it finishes; the rest stays in the queue for others.
  const stop = (): void => void worker[Symbol.asyncDispose]();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  console.log(`working for ${new URL(queue).host}`);
}

try {
  await start(await readOptions(process.argv.slice(1), process.env));
} catch (error) {
  console.error(error instanceof OptionsError ? error.message : `cannot start: ${String(error)}`);
  process.exitCode = 1;
}
