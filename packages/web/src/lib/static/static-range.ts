// Which part of a file a request asks for (WEB-106). RFC 9110 §14.2, §13.1.5. Must not know: files, answers.
import { parseHttpDate, parseRequestRange } from '@typhoon/http1';
import type { HTTPServerRequest } from '@typhoon/httpserver';

/** What of a file goes out: all, a part, or nothing, because there is no such part. */
export type StaticRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

const WHOLE: StaticRange = { kind: 'whole' };

/** What the file is now. */
export interface RangeSubject {
  /** Bytes. */
  readonly size: number;
  /** Quoted; null for none. */
  readonly etag: string | null;
  /** Null where nobody knows. */
  readonly modified: Date | null;
}

/** The part that a request asks for; what cannot be understood is not asked for. `end` is behind the last byte. */
export function staticRange(
  { method, headers }: Pick<HTTPServerRequest, 'method' | 'headers'>,
  subject: RangeSubject,
): StaticRange {
  // RFC 9110 §14.2: only GET has ranges. Deviation: Tornado answers HEAD as if it had them, too.
  const header = method === 'GET' ? headers.get('Range') : undefined;
  const range = header === undefined ? null : parseRequestRange(header);
  if (range === null || !isStillTheSame(headers.get('If-Range'), subject)) return WHOLE;
  const { size } = subject;
  const [first, last] = range;
  // A suffix longer than the file is the whole file; an end past the file is its end.
  const start = first === null ? 0 : first < 0 ? Math.max(0, size + first) : first;
  const end = Math.min(last ?? size, size);
  if (last === 0 || start >= size || start >= end) return { kind: 'unsatisfiable' };
  return start === 0 && end === size ? WHOLE : { kind: 'part', start, end };
}

/** RFC 9110 §13.1.5: a part only goes with the parts that the client has if the file did not change. */
function isStillTheSame(ifRange: string | undefined, { etag, modified }: RangeSubject): boolean {
  if (ifRange === undefined) return true;
  // A weak tag never stands for the very same bytes.
  if (ifRange.startsWith('W/')) return false;
  if (ifRange.startsWith('"')) return ifRange === etag;
  return modified !== null && parseHttpDate(ifRange) === modified.getTime();
}
