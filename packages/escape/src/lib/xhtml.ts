// HTML text: escaping and unescaping. HOT: xhtmlEscape, bench/xhtml-escape.bench.ts
import { decodeHTML } from 'entities';

import { textOf } from './text.ts';

const SPECIAL = /[&<>"']/;
const ENTITIES: readonly string[] = entityTable();

/**
 * Makes text safe inside HTML, as content and in quoted attributes: `& < > " '` become entities (ESC-1). Bytes are read as
 * UTF-8.
 */
export function xhtmlEscape(value: string | Uint8Array): string {
  const text = textOf(value);
  const first = text.search(SPECIAL);
  if (first === -1) return text;
  let out = '';
  let from = 0;
  for (let i = first; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= ENTITIES.length) continue;
    const entity = ENTITIES[code];
    if (entity === undefined || entity === '') continue;
    out += text.slice(from, i) + entity;
    from = i + 1;
  }
  return out + text.slice(from);
}

/** By character code, up to the last that has one: its entity, or nothing. */
function entityTable(): string[] {
  const table = Array.from({ length: '>'.charCodeAt(0) + 1 }, () => '');
  table['&'.charCodeAt(0)] = '&amp;';
  table['<'.charCodeAt(0)] = '&lt;';
  table['>'.charCodeAt(0)] = '&gt;';
  table['"'.charCodeAt(0)] = '&quot;';
  table["'".charCodeAt(0)] = '&#x27;';
  return table;
}

/**
 * Undoes {@link xhtmlEscape}, and knows all entities of HTML, also the old ones without semicolon, and numbers (ESC-2,
 * PYS-9). What is no reference stays as it is. Bytes are read as UTF-8.
 */
export function xhtmlUnescape(value: string | Uint8Array): string {
  const text = textOf(value);
  return text.includes('&') ? decodeHTML(text) : text;
}
