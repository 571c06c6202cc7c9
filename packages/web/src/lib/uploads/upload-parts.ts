// A form's parts, as they are asked for. Owns: that what is not read of one part is passed over before the next.
// Must not know: where the body comes from, the grammar (@typhoon/http1).
import { MultipartParser, type MultipartLimits, type PartHead } from '@typhoon/http1';
import { UploadPart } from './upload-part.ts';

type PartEvent =
  | { readonly kind: 'part'; readonly head: PartHead }
  | { readonly kind: 'data'; readonly piece: Buffer }
  | { readonly kind: 'end' };

/**
 * The parts of a form, one after another. Rejects with HTTPInputError `ERR_BAD_BODY`, `ERR_BODY_TOO_LARGE`, and with what the
 * body fails with.
 */
export async function* uploadParts(
  boundary: string,
  body: AsyncIterator<Buffer, undefined>,
  limits?: MultipartLimits,
): AsyncGenerator<UploadPart, void, undefined> {
  const events = new PartEvents(boundary, body, limits);
  try {
    for (let event = await events.next(); event !== null; event = await events.next()) {
      // What the taker has left of the part before is passed over.
      if (event.kind === 'part') yield new UploadPart(event.head, piecesOf(events, events.parts));
    }
  } finally {
    await body.return?.();
  }
}

/** The pieces of one part; none once another has begun. */
async function* piecesOf(
  events: PartEvents,
  part: number,
): AsyncGenerator<Buffer, void, undefined> {
  while (events.parts === part && !events.isPartOver) {
    const event = await events.next();
    if (event?.kind !== 'data') return;
    yield event.piece;
  }
}

/** What the parser tells, one thing at a time. */
class PartEvents {
  /** How many parts have begun. */
  parts = 0;
  /** Whether the last one has ended. */
  isPartOver = false;
  readonly #body: AsyncIterator<Buffer, undefined>;
  readonly #parser: MultipartParser;
  readonly #queue: PartEvent[] = [];
  #at = 0;

  constructor(boundary: string, body: AsyncIterator<Buffer, undefined>, limits?: MultipartLimits) {
    this.#body = body;
    const queue = this.#queue;
    const sink = {
      onPart: (head: PartHead) => queue.push({ kind: 'part', head }),
      // The piece is the reader's own, and so are its parts.
      onPartData: (buffer: Buffer, start: number, end: number) =>
        queue.push({ kind: 'data', piece: buffer.subarray(start, end) }),
      onPartEnd: () => queue.push({ kind: 'end' }),
    };
    this.#parser = new MultipartParser(boundary, sink, limits);
  }

  /** Null at the end of the form. */
  async next(): Promise<PartEvent | null> {
    while (this.#at === this.#queue.length) {
      this.#queue.length = 0;
      this.#at = 0;
      const { done, value } = await this.#body.next();
      if (done === true) {
        this.#parser.finish();
        return null;
      }
      this.#parser.push(value);
    }
    const event = this.#queue[this.#at++];
    if (event === undefined) return null;
    if (event.kind === 'part') this.parts++;
    if (event.kind !== 'data') this.isPartOver = event.kind === 'end';
    return event;
  }
}
