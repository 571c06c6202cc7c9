// Header values as applications give them (WEB-22).
import { formatTimestamp } from '@typhoon/http1';

/** What a header can be set to: text, bytes of latin-1, a whole number, a date. */
export type HeaderValue = string | Uint8Array | number | Date;

/**
 * The text that goes out.
 * @throws TypeError for anything else.
 */
export function headerText(value: HeaderValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (value instanceof Date) return formatTimestamp(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  throw new TypeError(
    `Unsupported header value ${String(value)}: text, bytes, whole numbers and dates`,
  );
}
