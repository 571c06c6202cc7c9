// Etags of whole answers (WEB-54, 56).
import * as crypto from 'node:crypto';

/** `"` + SHA-1 of the bytes in hex + `"`. */
export function etagOf(body: string | Uint8Array): string {
  return `"${crypto.hash('sha1', body)}"`;
}

/** Whether If-None-Match names this tag; compared weakly, `*` names all. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string | undefined): boolean {
  if (ifNoneMatch === undefined || etag === undefined || etag === '') return false;
  const tags = ifNoneMatch.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];
  if (tags[0] === '*') return true;
  return tags.some((tag) => tag.replace(/^W\//, '') === etag.replace(/^W\//, ''));
}
