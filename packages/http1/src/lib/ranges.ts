// The Range header. HTU-21; RFC 9110 §14.
import { trimBlanks } from './octets.ts';

/** First byte and the one behind the last; null for an open end. A suffix has a negative start. */
export type RequestRange = readonly [start: number | null, end: number | null];

const DIGITS = /^\d*$/;

/** Reads `bytes=a-b`; null for several ranges, other units or nonsense, which are ignored. Linear in the text. */
export function parseRequestRange(header: string): RequestRange | null {
  const equals = header.indexOf('=');
  if (equals < 0 || trimBlanks(header.slice(0, equals)) !== 'bytes') return null;
  const range = header.slice(equals + 1);
  const dash = range.indexOf('-');
  const first = trimBlanks(dash < 0 ? range : range.slice(0, dash));
  const last = dash < 0 ? '' : trimBlanks(range.slice(dash + 1));
  if (!DIGITS.test(first) || !DIGITS.test(last)) return null;
  const start = first === '' ? null : Number(first);
  const end = last === '' ? null : Number(last);
  if (start === null && end === null) return null;
  if (end === null) return [start, null];
  if (start === null) return end === 0 ? [null, 0] : [-end, null];
  return [start, end + 1];
}

/** The Content-Range header of bytes `start` to `end` (exclusive) of `total`. */
export function getContentRange(start: number | null, end: number | null, total: number): string {
  return `bytes ${start ?? 0}-${(end ?? total) - 1}/${total}`;
}
