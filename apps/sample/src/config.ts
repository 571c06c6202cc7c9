// The app's settings: flags, else environment, else defaults. Owns: their names, units and help text.
import { parseArgs } from 'node:util';

/** What can be set. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** SQLite file. */
  readonly database: string;
  /** Between the end of one check of a site and the start of the next. */
  readonly intervalMs: number;
  /** After which a site that has not answered counts as late. */
  readonly timeoutMs: number;
  /** Worker threads for the database. */
  readonly workers: number;
  /** Sites to watch from the start, besides those in the database. */
  readonly sites: readonly string[];
}

/** A setting that makes no sense; the message is for the person who typed it. */
export class ConfigError extends Error {
  override readonly name: string = 'ConfigError';
}

interface Flag {
  readonly name: string;
  readonly fallback: string;
  readonly help: string;
}

const FLAGS: readonly Flag[] = [
  { name: 'host', fallback: '127.0.0.1', help: 'address to listen on' },
  { name: 'port', fallback: '8888', help: 'port to listen on; 0 picks a free one' },
  { name: 'database', fallback: 'uptime.db', help: 'SQLite file with sites and results' },
  { name: 'interval-ms', fallback: '5000', help: 'pause between two checks of a site' },
  { name: 'timeout-ms', fallback: '3000', help: 'how long a site may take to answer' },
  { name: 'workers', fallback: '2', help: 'worker threads for the database' },
];

/** What `--help` prints. */
export function helpText(): string {
  const rows = FLAGS.map(
    ({ name, fallback, help }) =>
      `  --${name.padEnd(12)} ${help} (default ${fallback}; ${envName(name)})`,
  );
  return [
    'Watches web sites and shows how they do.',
    '',
    'usage: sample [flags]',
    '',
    ...rows,
    '  --site URL     a site to watch; may be given several times (UPTIME_SITES, separated by spaces)',
    '  --help         this text',
  ].join('\n');
}

/**
 * Reads flags and environment; `null` asks for the help text.
 * @throws ConfigError with a line for the user.
 */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config | null {
  const { help, site, ...given } = parse(args);
  if (help === true) return null;
  const value = (name: string): string => {
    const flag = FLAGS.find((one) => one.name === name);
    const fromFlag = given[name];
    return (typeof fromFlag === 'string' ? fromFlag : env[envName(name)]) ?? flag?.fallback ?? '';
  };
  const number = (name: string, least: number, most: number): number => {
    const text = value(name);
    const parsed = Number(text);
    if (text.trim() !== '' && Number.isInteger(parsed) && parsed >= least && parsed <= most)
      return parsed;
    throw new ConfigError(`--${name} takes a whole number from ${least} to ${most}, not '${text}'`);
  };
  const fromEnv = (env['UPTIME_SITES'] ?? '').split(/\s+/).filter((url) => url !== '');
  if (value('database') === ':memory:') {
    throw new ConfigError('--database takes a file: each worker would have a memory of its own');
  }
  return {
    host: value('host'),
    port: number('port', 0, 65_535),
    database: value('database'),
    intervalMs: number('interval-ms', 10, 86_400_000),
    timeoutMs: number('timeout-ms', 10, 600_000),
    workers: number('workers', 1, 64),
    sites: Array.isArray(site) ? site.map(String) : fromEnv,
  };
}

function parse(args: readonly string[]): Record<string, unknown> {
  const options = Object.fromEntries(FLAGS.map(({ name }) => [name, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...options,
        site: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return { ...values };
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

function envName(flag: string): string {
  return `UPTIME_${flag.replaceAll('-', '_').toUpperCase()}`;
}
