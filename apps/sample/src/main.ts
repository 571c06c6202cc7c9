// The program: reads the options, starts, and stops gracefully on SIGINT and SIGTERM, and before it starts anew.
import * as autoreload from '@typhoon/autoreload';
import { HTTPServer } from '@typhoon/httpserver';
import { TransportError } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import { OptionsError } from '@typhoon/options';
import { readOptions, type Options } from './options.ts';
import { Uptime } from './uptime.ts';

/** Less than the ten seconds that Docker waits before it kills. */
const DRAIN_MS = 8000;
/** What hangs then would hang for ever, on a Redis that is away for one. */
const LAST_MS = 9500;
/** SIGTERM is somebody replacing this process: clients that are just about to ask are answered, too. */
const GRACE_MS = 500;
/** Whoever has saved a file waits for the new program. */
const RELOAD_MS = 200;

/** Ends the program with one line on stderr. */
function quit(message: string): never {
  console.error(message);
  process.exit(1);
}

async function start(options: Options): Promise<void> {
  // The database opens in its thread while the web side is loaded here.
  const [uptime, { createApplication }] = await Promise.all([
    Uptime.open(options),
    import('./web/application.ts'),
  ]);
  const server = new HTTPServer(createApplication(uptime, options), {
    xheaders: options.behindProxy,
  });
  await server.listen({ host: options.host, port: options.port });
  await uptime.start(options.site);
  const stop = stopperOf(uptime, server);
  for (const [signal, graceMs] of [['SIGINT', 0] as const, ['SIGTERM', GRACE_MS] as const]) {
    process.on(signal, () => {
      setTimeout(quit, LAST_MS, 'could not stop in order').unref();
      void stop(signal, DRAIN_MS, graceMs);
    });
  }
  if (options.debug) {
    autoreload.addReloadHook(() => stop('a change', RELOAD_MS));
    for (const file of Uptime.filesOfWorkers) autoreload.watch(file);
    if (options.config !== null) autoreload.watch(options.config);
  }
  console.log(`listening on ${server.url}`);
}

/** Nothing is lost: running checks end or are cancelled, results are stored, what clients have asked is answered. Once. */
function stopperOf(uptime: Uptime, server: HTTPServer) {
  let stopping: Promise<void> | null = null;
  const stop = async (deadlineMs: number, graceMs: number): Promise<void> => {
    await uptime.quiet();
    await server.drain({ deadlineMs, graceMs });
    await uptime.close();
  };
  return (reason: string, deadlineMs: number, graceMs = 0): Promise<void> => {
    if (stopping === null) appLog.info('stopping on %s', reason);
    return (stopping ??= stop(deadlineMs, graceMs));
  };
}

try {
  await start(await readOptions(process.argv.slice(1), process.env));
} catch (error) {
  if (error instanceof OptionsError) quit(`${error.message} (--help lists the flags)`);
  quit(error instanceof TransportError ? error.message : `cannot start: ${String(error)}`);
}
