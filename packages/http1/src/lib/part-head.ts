// The head of one part of a multipart form. HTU-27, 28, SEC-28; RFC 7578 §4.2. Must not know: where parts begin and end.
import { isUtf8 } from 'node:buffer';
import { HTTPInputError } from './errors.ts';
import { parseHeaderParams } from './header-params.ts';
import { quoted, trimBlanks } from './octets.ts';

/** What a part says of itself. */
export interface PartHead {
  /** The form field's name. */
  readonly name: string;
  /** As the client named the file, never to be trusted as a path; null for a field that is no file. */
  readonly filename: string | null;
  /** As the client says; null if it says nothing. */
  readonly contentType: string | null;
  /** All its header fields, names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
}

/** RFC 2046 §5.1.1. The search for a boundary costs its length times the body's in the worst case. */
const MAX_BOUNDARY_LENGTH = 70;

/** The boundary that a Content-Type names. @throws HTTPInputError `ERR_BAD_BODY` for another type, and without a boundary. */
export function multipartBoundary(contentType: string): string {
  const { value, params } = parseHeaderParams(contentType);
  if (value.toLowerCase() !== 'multipart/form-data') throw badBody('Invalid content type');
  const boundary = params.get('boundary');
  if (boundary === undefined || boundary === null || boundary === '')
    throw badBody('multipart boundary not found');
  checkBoundary(boundary);
  return boundary;
}

/** Lets a boundary pass that is no longer than any may be. @throws HTTPInputError `ERR_BAD_BODY` */
export function checkBoundary({ length }: string): void {
  if (length <= MAX_BOUNDARY_LENGTH) return;
  const limit = MAX_BOUNDARY_LENGTH;
  throw badBody(`the multipart boundary is ${length} characters, limit is ${limit}`);
}

/** Reads a part's head, without the empty line behind it. @throws HTTPInputError `ERR_BAD_BODY` */
export function parsePartHead(head: Buffer): PartHead {
  const fields = partFields(head);
  const { value, params } = parseHeaderParams(fields.get('content-disposition') ?? '');
  const name = params.get('name');
  if (value.toLowerCase() !== 'form-data')
    throw badBody('Invalid multipart/form-data: no Content-Disposition of form-data');
  if (name === undefined || name === null || name === '')
    throw badBody('multipart/form-data part missing name');
  const filename = params.get('filename') ?? '';
  const contentType = fields.get('content-type') ?? null;
  return { name, filename: filename === '' ? null : filename, contentType, fields };
}

/** Part headers are UTF-8 and hold no controls. */
function partFields(head: Buffer): Map<string, string> {
  if (!isUtf8(head)) throw badBody('Invalid multipart/form-data: a part header is not UTF-8');
  const fields = new Map<string, string>();
  for (const line of head.toString().split('\r\n')) {
    // eslint-disable-next-line no-control-regex -- those that a header may not hold
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(line))
      throw badBody('Invalid multipart/form-data: control character in a part header');
    const colon = line.indexOf(':');
    if (colon < 1) throw badBody('Invalid multipart/form-data: no colon in a part header');
    const name = line.slice(0, colon).toLowerCase();
    if (fields.has(name))
      throw badBody(`Invalid multipart/form-data: a part has two ${quoted(name)}`);
    fields.set(name, trimBlanks(line.slice(colon + 1)));
  }
  return fields;
}

function badBody(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_BODY', message);
}
