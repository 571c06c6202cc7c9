// Parsers driven over whole texts: what they tell, as a list of lines.
import { HTTPInputError, RequestParser, ResponseParser, type ParserLimits } from '../src/index.ts';
import { everySplit } from './every-split.ts';

type Parser = RequestParser | ResponseParser;
type Make = (events: string[]) => Parser;

/** Makes a request parser that writes down what it finds. */
export function requests(limits?: ParserLimits): Make {
  return (events) =>
    new RequestParser(
      {
        onHead: ({ method, target, minorVersion, host, headers, keepAlive }) => {
          const fields = Array.from(headers.getAll(), (pair) => pair.join('=')).join('&');
          events.push(
            `${method} ${target} 1.${minorVersion} ${host} ${keepAlive ? 'keep' : 'close'} ${fields}`,
          );
        },
        ...bodyEvents(events),
      },
      limits,
    );
}

/** Makes a response parser that writes down what it finds. */
export function responses(method: string, limits?: ParserLimits): Make {
  return (events) => {
    const parser = new ResponseParser(
      {
        onHead: ({ status, reason, keepAlive }) => {
          events.push(`${status} ${reason} ${keepAlive ? 'keep' : 'close'}`);
        },
        ...bodyEvents(events),
      },
      limits,
    );
    parser.expect(method);
    return parser;
  };
}

function bodyEvents(events: string[]): {
  onBody(buffer: Buffer, start: number, end: number): void;
  onTrailers(headers: { toString(): string }): void;
  onEnd(): void;
} {
  return {
    onBody: (buffer, start, end) => {
      const text = buffer.toString('latin1', start, end);
      // Where a body is cut is nobody's business: its pieces are one event.
      if (events.at(-1)?.startsWith('body ') === true) events.push(`${events.pop() ?? ''}${text}`);
      else events.push(`body ${text}`);
    },
    onTrailers: (headers) => {
      events.push(`trailers ${headers.toString().trim()}`);
    },
    onEnd: () => {
      events.push('end');
    },
  };
}

/** What a parser tells of `text`: its events, or the code and status it refuses with. */
export function outcomes(make: Make, text: string, isEof = false): Set<string> {
  const found = new Set<string>();
  for (const pieces of everySplit(Buffer.from(text, 'latin1'))) {
    const events: string[] = [];
    const parser = make(events);
    try {
      for (const piece of pieces) feed(parser, piece);
      if (isEof) parser.eof();
    } catch (error) {
      if (!(error instanceof HTTPInputError)) throw error;
      events.length = 0;
      events.push(`${error.code} ${error.status}`);
    }
    found.add(events.join(' | '));
  }
  return found;
}

/** What the refusal of `text` says; nothing where it is taken. */
export function refusalOf(make: Make, text: string): string {
  const parser = make([]);
  try {
    feed(parser, Buffer.from(text, 'latin1'));
    parser.eof();
  } catch (error) {
    if (error instanceof HTTPInputError) return error.message;
    throw error;
  }
  return '';
}

/** One piece, whole messages one after another. The bytes are only lent: they are spoilt afterwards. */
function feed(parser: Parser, piece: Buffer): void {
  const lent = Buffer.from(piece);
  let at = 0;
  while (at < lent.length) {
    const taken = parser.push(lent, at, lent.length);
    if (parser.isDone) parser.next();
    else if (taken === at) break;
    at = taken;
  }
  lent.fill(0x58);
}
