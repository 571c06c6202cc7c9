// The program: reads the settings, starts, and stops gracefully on SIGINT and SIGTERM.
import { TransportError } from '@typhoon/ioloop';
import { enablePrettyLogging, appLog } from '@typhoon/log';
import { HTTPServer } from '@typhoon/httpserver';
import { createApplication } from './application.ts';
import { ConfigError, helpText, readConfig, type Config } from './config.ts';
import { faultOfUrl } from './site.ts';
import { Uptime } from './uptime.ts';

/** Less than the ten seconds that Docker waits before it kills. */
const DRAIN_MS = 8000;
/** SIGTERM is somebody replacing this process: clients that are just about to ask are answered, too. */
const GRACE_MS = 500;

/** Ends the program with one line on stderr. */
function quit(message: string): never {
  console.error(message);
  process.exit(1);
}

function settings(): Config {
  try {
    const config = readConfig(process.argv.slice(2), process.env);
    if (config === null) {
      console.log(helpText());
      process.exit(0);
    }
    for (const url of config.sites) {
      const fault = faultOfUrl(url);
      if (fault !== null) throw new ConfigError(`--site ${url}: ${fault}`);
    }
    return config;
  } catch (error) {
    if (error instanceof ConfigError) quit(`${error.message} (--help lists the flags)`);
    throw error;
  }
}

/** Listens and starts to watch; says in one line what stops it. */
async function start(config: Config, uptime: Uptime, server: HTTPServer): Promise<void> {
  try {
    await server.listen({ host: config.host, port: config.port });
    await uptime.start(config.sites);
  } catch (error) {
    await stop(uptime, server);
    quit(error instanceof TransportError ? error.message : `cannot start: ${String(error)}`);
  }
}

/** Nothing is lost: running checks end or are cancelled, results are stored, what clients have asked is answered. */
async function stop(uptime: Uptime, server: HTTPServer, graceMs = 0): Promise<void> {
  await uptime.quiet();
  await server.drain({ deadlineMs: DRAIN_MS, graceMs });
  await uptime.close();
}

const config = settings();
enablePrettyLogging();
const uptime = new Uptime(config);
const server = new HTTPServer(createApplication(uptime));
let isStopping = false as boolean;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isStopping) return;
    isStopping = true;
    appLog.info('stopping on %s', signal);
    void stop(uptime, server, signal === 'SIGTERM' ? GRACE_MS : 0);
  });
}

await start(config, uptime, server);
if (!isStopping) console.log(`listening on ${server.url}`);
