// What becomes of an answer whose head is there: who is told of the head, what takes the body.
// Must not know: connections, redirects.
import { DecodedBody, isKnownCoding } from './content-decoder.ts';
import { CollectedBody } from './response-body.ts';
import type { ResponseHead } from '@typhoon/http1';
import type { BodyFlow, BodyTarget } from './response-body.ts';

/** What the caller wants of a body. */
export interface BodyWishes {
  /** Decode what can be decoded. */
  readonly isDecoding: boolean;
  /** Makes what takes the body piece by piece, where the caller wants that; else it is collected. */
  readonly makeTarget: ((flow: BodyFlow) => BodyTarget) | null;
  /** Most bytes that decoding may make. */
  readonly maxBytes: number;
}

/** What takes the body behind `head`; a body that is decoded leaves a trace in the head (SHC-18). */
export function chooseTarget(head: ResponseHead, flow: BodyFlow, wishes: BodyWishes): BodyTarget {
  const { isDecoding, makeTarget, maxBytes } = wishes;
  const contentEncoding =
    isDecoding && !head.hasNoBody ? head.headers.get('Content-Encoding') : undefined;
  if (contentEncoding === undefined || !isKnownCoding(contentEncoding))
    return plainTarget(flow, makeTarget, head.contentLength);
  head.headers.delete('Content-Encoding');
  head.headers.set('X-Consumed-Content-Encoding', contentEncoding);
  return new DecodedBody(flow, {
    contentEncoding,
    maxBytes,
    isStreamed: makeTarget !== null,
    makeTarget: (to) => plainTarget(to, makeTarget, -1),
  });
}

function plainTarget(
  flow: BodyFlow,
  makeTarget: BodyWishes['makeTarget'],
  expected: number,
): BodyTarget {
  return makeTarget === null ? new CollectedBody(flow, expected) : makeTarget(flow);
}

/** The status line, each field and the empty line, as HTTP writes them: one call each (HCL-14). */
export function tellHead(head: ResponseHead, callback: (line: string) => void): void {
  callback(`HTTP/1.${head.minorVersion} ${head.status} ${head.reason}\r\n`);
  for (const [name, value] of head.headers.getAll()) callback(`${name}: ${value}\r\n`);
  callback('\r\n');
}
