// HTML text: escaping and unescaping. HOT: xhtmlEscape, bench/xhtml-escape.bench.ts
import { decodeHTML } from 'entities';

import { textOf } from './text.ts';

const SPECIAL = /[&<>"']/;

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
    const entity = entityOf(text.charCodeAt(i));
    if (entity === '') continue;
    out += text.slice(from, i) + entity;
    from = i + 1;
  }
  return out + text.slice(from);
}

/** The entity for a character that has to be one; otherwise empty. */
function entityOf(code: number): string {
  // All five are below 63, and most text is above.
  if (code > 62) return '';
  if (code === 38) return '&amp;';
  if (code === 60) return '&lt;';
  if (code === 62) return '&gt;';
  if (code === 34) return '&quot;';
  return code === 39 ? '&#x27;' : '';
}

/**
 * Undoes {@link xhtmlEscape}, and knows all entities of HTML, also the old ones without semicolon, and numbers (ESC-2,
 * PYS-9). What is no reference stays as it is. Bytes are read as UTF-8.
 */
export function xhtmlUnescape(value: string | Uint8Array): string {
  const text = textOf(value);
  return text.includes('&') ? decodeHTML(text) : text;
}
