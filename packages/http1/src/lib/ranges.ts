// The Range header. HTU-21; RFC 9110 §14.

/** First byte and the one behind the last; null for an open end. A suffix has a negative start. */
export type RequestRange = readonly [start: number | null, end: number | null];

/** Reads `bytes=a-b`; null for several ranges, other units or nonsense, which are ignored. */
export function parseRequestRange(header: string): RequestRange | null {
  const match = /^bytes[ \t]*=[ \t]*(\d*)[ \t]*(?:(-)[ \t]*(\d*))?[ \t]*$/.exec(header);
  if (match === null) return null;
  const [, first = '', dash, last = ''] = match;
  const start = first === '' ? null : Number(first);
  const end = last === '' ? null : Number(last);
  if (start === null && end === null) return null;
  if (dash === undefined || end === null) return [start, null];
  if (start === null) return end === 0 ? [null, 0] : [-end, null];
  return [start, end + 1];
}

/** The Content-Range header of bytes `start` to `end` (exclusive) of `total`. */
export function getContentRange(start: number | null, end: number | null, total: number): string {
  return `bytes ${start ?? 0}-${(end ?? total) - 1}/${total}`;
}
