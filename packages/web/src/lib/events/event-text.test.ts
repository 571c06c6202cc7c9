import { expect, it } from 'vitest';
import { eventText } from './event-text.ts';

it.each([
  ['a line', { data: 'a' }, 'data: a\n\n'],
  [
    'several lines, however they end',
    { data: 'a\nb\r\nc\rd' },
    'data: a\ndata: b\ndata: c\ndata: d\n\n',
  ],
  ['nothing', { data: '' }, 'data: \n\n'],
  ['a name and an id', { data: 'a', event: 'e', id: '1' }, 'event: e\nid: 1\ndata: a\n\n'],
  ['what looks like a field', { data: 'id: 2' }, 'data: id: 2\n\n'],
])('writes %s', (_what, event, text) => {
  expect(eventText(event)).toBe(text);
});

it.each([
  { data: '', event: 'a\nb' },
  { data: '', id: 'a\rb' },
  { data: '', id: '\0' },
])('refuses %o', (event) => {
  expect(() => eventText(event)).toThrow(expect.objectContaining({ code: 'ERR_EVENT' }));
});
