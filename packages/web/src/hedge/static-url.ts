// URLs of static files with the fingerprint of their content (WEB-83, 102).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { genLog } from '@typhoon/log';
import { join, normalize, sep } from 'node:path';
import type { RequestHandler } from './request-handler.ts';

/** How a static URL is made. */
export interface StaticUrlOptions {
  /** With scheme and host. Default false. */
  readonly includeHost?: boolean;
}

const hashes = new Map<string, string | null>();

/** Forgets all fingerprints. */
export function resetStaticHashes(): void {
  hashes.clear();
}

/** The fingerprint of a file: SHA-512 in hex, or null when it cannot be read; computed once. */
export function contentHash(file: string): string | null {
  const known = hashes.get(file);
  if (known !== undefined) return known;
  let hash: string | null = null;
  try {
    hash = createHash('sha512').update(readFileSync(file)).digest('hex');
  } catch (error) {
    genLog.error('Could not open static file %s', file, error);
  }
  hashes.set(file, hash);
  return hash;
}

/** The URL of a file below `staticPath`. @throws WebError `ERR_MISSING_SETTING`. */
export function staticUrl(
  handler: RequestHandler,
  path: string,
  { includeHost = false }: StaticUrlOptions,
): string {
  const root = handler.requireSetting('staticPath', 'staticUrl');
  const file = normalize(join(root, path));
  if (handler.settings.debug === true) hashes.delete(file);
  const hash = file.startsWith(normalize(root) + sep) ? contentHash(file) : null;
  const version = hash === null ? '' : `?v=${hash.slice(0, 32)}`;
  const base = includeHost ? `${handler.request.protocol}://${handler.request.host}` : '';
  return `${base}${handler.settings.staticUrlPrefix ?? '/static/'}${path}${version}`;
}
