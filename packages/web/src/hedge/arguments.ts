// Arguments of a request as text (WEB-25 to 28).
import { HTTPError } from './http-error.ts';
import type { ArgumentMap } from '@typhoon/http1';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strict UTF-8. @throws HTTPError 400 `Invalid unicode in NAME` (WEB-5, 26). */
export function decodeUtf8(value: Uint8Array, name: string | undefined): string {
  try {
    return decoder.decode(value);
  } catch {
    throw new HTTPError(
      400,
      `Invalid unicode in ${name ?? 'url'}: ${JSON.stringify(Buffer.from(value).toString('latin1').slice(0, 40))}`,
    );
  }
}

/** All values of an argument: decoded, control characters replaced by spaces, trimmed unless `strip` is false. */
export function readArguments(
  args: ArgumentMap,
  name: string,
  strip: boolean,
  decode: (value: Uint8Array, name: string) => string,
): string[] {
  return (args.get(name) ?? []).map((value) => {
    // eslint-disable-next-line no-control-regex -- WEB-26
    const text = decode(value, name).replace(/[\x00-\x08\x0e-\x1f]/g, ' ');
    return strip ? text.trim() : text;
  });
}
