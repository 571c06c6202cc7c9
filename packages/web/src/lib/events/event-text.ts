// An event as it goes out (HTML §9.2). Owns: the form of `text/event-stream`. Must not know: streams, connections.
import { WebError } from '../errors/web-error.ts';

/** One event of a stream. */
export interface StreamEvent {
  /** Text, of any number of lines. */
  readonly data: string;
  /** The event's name; `message` for browsers when absent. */
  readonly event?: string;
  /** What a browser that connects again says it has seen last. */
  readonly id?: string;
}

const LINE_END = /\r\n|\r|\n/;

/** The text of an event. @throws WebError `ERR_EVENT` for a name or id that could be more than itself. */
export function eventText({ data, event, id }: StreamEvent): string {
  let text = '';
  if (event !== undefined) text += `event: ${oneLine('name', event)}\n`;
  if (id !== undefined) text += `id: ${oneLine('id', id)}\n`;
  for (const line of data.split(LINE_END)) text += `data: ${line}\n`;
  return `${text}\n`;
}

/** A line break begins another field, and a browser ignores an id with NUL. */
function oneLine(what: string, text: string): string {
  if (LINE_END.test(text) || text.includes('\0')) {
    throw new WebError('ERR_EVENT', `an event's ${what} is one line: ${JSON.stringify(text)}`);
  }
  return text;
}
