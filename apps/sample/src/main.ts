// The program: reads the settings, starts, and stops gracefully on SIGINT and SIGTERM.
import { TransportError } from '@typhoon/ioloop';
import { enablePrettyLogging, appLog } from '@typhoon/log';
import { HTTPServer } from '@typhoon/httpserver';
import { createApplication } from './application.ts';
import { ConfigError, helpText, readConfig, type Config } from './config.ts';
import { faultOfUrl } from './site.ts';
import { Uptime } from './uptime.ts';

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

async function main(config: Config): Promise<void> {
  enablePrettyLogging();
  const uptime = new Uptime(config);
  const server = new HTTPServer(createApplication(uptime));
  let stopping: Promise<void> | null = null;
  const stop = (): void => {
    stopping ??= (async () => {
      appLog.info('stopping');
      server.stop();
      await uptime.stop();
      await server.closeAllConnections();
    })();
  };
  try {
    const listener = await server.listen({ host: config.host, port: config.port });
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    await uptime.start(config.sites);
    const { host, port } = listener.address;
    console.log(`listening on http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  } catch (error) {
    if (stopping === null) {
      stop();
      await stopping;
      const isOurs = error instanceof TransportError;
      quit(isOurs ? error.message : `cannot start: ${String(error)}`);
    }
  }
}

await main(settings());
