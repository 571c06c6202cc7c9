// What can be set: by a flag, else in the environment, else in a config file, else here. Owns: names, units, limits, help.
import { options as programOptions, OptionsError, type OptionParser } from '@typhoon/options';
import { faultOfUrl } from './site.ts';

/** The definitions; an option's type is that of its default. */
const DEFINITIONS = {
  host: { default: '127.0.0.1', help: 'address to listen on' },
  port: {
    default: 8888,
    help: 'port to listen on; 0 picks a free one',
    callback: within('port', 0, 65_535),
  },
  database: { default: 'uptime.db', help: 'SQLite file with sites and results', callback: isFile },
  site: {
    multiple: true,
    metavar: 'URL',
    help: 'sites to watch besides those in the database',
    callback: areUrls,
  },
  intervalMs: {
    default: 5000,
    help: 'pause between two checks of a site',
    callback: within('interval-ms', 10, 86_400_000),
  },
  timeoutMs: {
    default: 3000,
    help: 'how long a site may take to answer',
    callback: within('timeout-ms', 10, 600_000),
  },
  keepDays: {
    default: 30,
    help: 'days after which a result is forgotten',
    callback: within('keep-days', 1, 3650),
  },
  workers: {
    default: 2,
    help: 'worker threads for the database',
    callback: within('workers', 1, 64),
  },
  queue: {
    type: 'string',
    metavar: 'URL',
    help: 'redis://HOST:PORT, whose workers (npm run worker) do the work of the database in place of threads of this process',
  },
  cookieSecret: {
    type: 'string',
    help: 'signs cookies; not for the command line, which others can see (default: one that the database keeps)',
  },
  behindProxy: {
    default: false,
    help: 'believe a proxy that says who asks, and send cookies over TLS alone',
  },
  debug: {
    default: false,
    help: 'show stacks, read templates anew, start again when a file has changed',
  },
  config: {
    type: 'string',
    metavar: 'FILE',
    help: 'config file: JSON, or a module that exports options; in the environment they are UPTIME_PORT and so on',
  },
} as const;

/** What is set. */
export type Options = Awaited<ReturnType<typeof readOptions>>;

/**
 * Reads what is set. `--help` ends the program.
 *
 * @param parser The program's own, which has the options of logging as well.
 * @throws OptionsError whose message is for the person who typed it.
 */
export async function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  parser: OptionParser = programOptions,
) {
  const options = parser.defineAll(DEFINITIONS);
  const notLast = { final: false };
  options.parseEnvironment(PREFIX, environment, notLast);
  options.parseCommandLine(args, notLast);
  if (options.config !== null) {
    await options.parseConfigFile(options.config, notLast);
    options.parseEnvironment(PREFIX, environment, notLast);
  }
  const [unexpected] = options.parseCommandLine(args);
  if (unexpected === undefined) return options;
  throw new OptionsError('ERR_OPTION_UNKNOWN', `unexpected argument '${unexpected}'`);
}

const PREFIX = 'UPTIME_';

/** Wherever the number comes from: a config file has numbers that are never parsed. */
function within(name: string, least: number, most: number): (value: unknown) => void {
  return (value) => {
    const isFine = typeof value === 'number' && value >= least && value <= most;
    if (!isFine)
      refuse(`--${name} takes a whole number from ${least} to ${most}, not ${String(value)}`);
  };
}

function isFile(value: unknown): void {
  if (value === ':memory:' || value === '')
    refuse('--database takes a file: each worker would have a memory of its own');
}

function areUrls(value: unknown): void {
  for (const url of Array.isArray(value) ? value : []) {
    const fault = faultOfUrl(String(url));
    if (fault !== null) refuse(`--site ${String(url)}: ${fault}`);
  }
}

function refuse(message: string): never {
  throw new OptionsError('ERR_OPTION_VALUE', message);
}
