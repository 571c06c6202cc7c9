// Entity tags: made from what goes out, compared with what came in. RFC 9110 §8.8.3, §13.1.2; WEB-54, 56.
// HOT: `pnpm bench http`
import { hash } from 'node:crypto';

/** The quoted SHA-1 of a body, in hex. It is no secret and no signature: it only has to change when the body does. */
export function etagOf(body: string | Uint8Array): string {
  return `"${hash('sha1', body, 'hex')}"`;
}

/** Whether `If-None-Match` lists the tag; weak tags count as their strong ones, and only what is in quotes is a tag. */
export function matchesEtag(ifNoneMatch: string, etag: string): boolean {
  const tags = ifNoneMatch.match(/\*|(?:W\/)?"[^"]*"/g);
  if (tags === null) return false;
  if (tags[0] === '*') return true;
  const wanted = strong(etag);
  return tags.some((tag) => strong(tag) === wanted);
}

function strong(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag;
}
