// What may change an answer on its way out: compression, above all. WEB-90, 95.
import type { Future } from '@typhoon/concurrent';
import type { HTTPHeaders } from '@typhoon/http1';
import type { HTTPServerRequest } from '@typhoon/httpserver';

/** The head of an answer that is about to go out; a transform may change it. */
export interface OutgoingHead {
  /** The status. */
  statusCode: number;
  /** The header fields. */
  readonly headers: HTTPHeaders;
}

/** What goes out of one piece of an answer: now, or later but in order. */
export type Piece = Buffer | Future<Buffer>;

/** Changes one answer; made for each request, and called for each piece in order. */
export interface OutputTransform {
  /**
   * The first piece, with the head before it, which goes out at once.
   *
   * @param isLast Whether it is the whole answer.
   * @returns What goes out instead; perhaps nothing yet.
   */
  transformFirstChunk(head: OutgoingHead, chunk: Buffer, isLast: boolean): Piece;
  /** A further piece; the last may be empty. */
  transformChunk(chunk: Buffer, isLast: boolean): Piece;
}

/** Most answers go out as they are. */
export const NO_TRANSFORMS: readonly OutputTransform[] = [];

/** Makes transforms. */
export type OutputTransformClass = new (request: HTTPServerRequest) => OutputTransform;
