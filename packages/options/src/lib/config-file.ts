// Config files: JSON, or a module that Node.js can import. Owns: reading one. Never runs text as code by itself.
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { OptionsError } from './options-error.ts';
import { repr } from '@typhoon/log';

/** The names and values that a config file holds. */
export type ConfigValues = Readonly<Record<string, unknown>>;

/**
 * Reads a config file: the object in a `.json` file, or what a module exports, by name or in an object as its default.
 *
 * @throws OptionsError `ERR_OPTION_CONFIG`; its cause is what went wrong.
 */
export async function readConfigFile(path: string): Promise<ConfigValues> {
  const file = resolve(path);
  try {
    if (extname(file) === '.json') return recordOf(JSON.parse(await readFile(file, 'utf8')));
    const { default: exported = {}, ...named } = recordOf(await import(pathToFileURL(file).href));
    return { ...recordOf(exported), ...named };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `Config file ${repr(path)}: ${why}`;
    throw new OptionsError('ERR_OPTION_CONFIG', message, { cause });
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new TypeError('it holds no object');
}
