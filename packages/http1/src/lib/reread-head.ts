// The head of a request, out of the text that it came as: for who keeps the one and not the other.
import { HTTPInputError } from './errors.ts';
import { RequestParser } from './request-parser.ts';
import type { RequestHead } from './request-head.ts';

/**
 * Reads a head again that was read before, from `HTTPHeaders.wireText`.
 * @throws HTTPInputError for a text that is no whole head
 */
export function rereadRequestHead(text: string): RequestHead {
  const heads: RequestHead[] = [];
  const parser = new RequestParser(
    {
      onHead: (head) => {
        heads.push(head);
      },
      onBody: () => undefined,
      onTrailers: () => undefined,
      onEnd: () => undefined,
    },
    { maxHeadBytes: text.length + 1, maxHeaderCount: text.length },
  );
  parser.push(Buffer.from(text, 'latin1'), 0, text.length);
  const [head] = heads;
  if (head === undefined) throw new HTTPInputError('ERR_INCOMPLETE', 'a text that is no head');
  return head;
}
