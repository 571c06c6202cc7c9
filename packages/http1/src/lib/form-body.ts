// Form bodies that are complete: URL-encoded and multipart. HTU-22 to 28, 38 to 41; RFC 7578.
// Must not know: how the body came in, what becomes of its arguments.
import { isUtf8 } from 'node:buffer';
import { HTTPInputError } from './errors.ts';
import { parseHeaderParams } from './header-params.ts';
import { trimBlanks } from './octets.ts';
import { parseQs, type ArgumentMap } from './query.ts';
import type { HTTPHeaders } from './headers.ts';

/** A file of a form. */
export interface HTTPFile {
  /** As the client named it; never trust it as a path. */
  readonly filename: string;
  /** Its bytes: a view of the request's body. */
  readonly body: Uint8Array;
  /** As the client says; `application/unknown` by default. */
  readonly contentType: string;
}

/** What a multipart body may hold. */
export interface ParseMultipartConfig {
  /** Whether multipart is read at all. Default true. */
  readonly enabled?: boolean;
  /** Default 100 (SEC-26). */
  readonly maxParts?: number;
  /** Bytes of a part's header. Default 10240. */
  readonly maxPartHeaderSize?: number;
}

/** What a form may hold. */
export interface ParseBodyConfig {
  /** Limits of multipart. */
  readonly multipart?: ParseMultipartConfig;
  /** Most arguments of an URL-encoded form. Default 10000. */
  readonly maxArguments?: number;
}

/** How one body is read; what is left out is as `setParseBodyConfig` says. */
export interface ParseBodyOptions extends ParseBodyConfig {
  /** The request's fields: a Content-Encoding that is still there is an error. */
  readonly headers?: HTTPHeaders;
}

let defaults: ParseBodyConfig = {};

/**
 * Changes what forms may hold wherever a call does not say it itself, in this thread (HTU-41). Better pass the limits with
 * the call: this is for programs that come from Tornado.
 */
export function setParseBodyConfig(config: ParseBodyConfig): void {
  defaults = { ...config };
}

/**
 * Reads a form into `args` and `files`, appending; other content types are ignored (HTU-39).
 * @throws HTTPInputError `ERR_BAD_BODY`
 */
export function parseBodyArguments(
  contentType: string,
  body: Buffer,
  args: ArgumentMap,
  files: Map<string, HTTPFile[]>,
  options: ParseBodyOptions = {},
): void {
  const type = contentType.toLowerCase();
  const isForm = type.startsWith('application/x-www-form-urlencoded');
  const isMultipart = type.startsWith('multipart/form-data');
  if (!isForm && !isMultipart) return;
  const encoding = options.headers?.get('Content-Encoding');
  if (encoding !== undefined) throw badBody(`Unsupported Content-Encoding: ${encoding}`);
  if (isForm) {
    parseForm(body, args, options.maxArguments ?? defaults.maxArguments ?? 10_000);
    return;
  }
  const { value, params } = parseHeaderParams(contentType);
  if (value.toLowerCase() !== 'multipart/form-data') throw badBody('Invalid content type');
  const boundary = params.get('boundary');
  if (boundary === undefined || boundary === null || boundary === '')
    throw badBody('multipart boundary not found');
  parseMultipartFormData(boundary, body, args, files, options.multipart);
}

const AMPERSAND = 0x26;

function parseForm(body: Buffer, args: ArgumentMap, maxArguments: number): void {
  let count = 1;
  for (let at = body.indexOf(AMPERSAND); at >= 0; at = body.indexOf(AMPERSAND, at + 1)) count++;
  if (count > maxArguments) {
    throw badBody(`the form has up to ${count} arguments, limit is ${maxArguments}`);
  }
  for (const [name, values] of parseQs(body)) {
    for (const value of values) append(args, name, value);
  }
}

const MAX_BOUNDARY_LENGTH = 70;

/**
 * Reads a multipart form into `args` and `files`. Arguments and files are views of `data`.
 * @throws HTTPInputError `ERR_BAD_BODY` at the first fault (SEC-18).
 */
export function parseMultipartFormData(
  boundary: string,
  data: Buffer,
  args: ArgumentMap,
  files: Map<string, HTTPFile[]>,
  config: ParseMultipartConfig = defaults.multipart ?? {},
): void {
  if (config.enabled === false) throw badBody('multipart/form-data parsing is disabled');
  // RFC 2046 §5.1.1. The search for a boundary costs its length times the body's in the worst case.
  if (boundary.length > MAX_BOUNDARY_LENGTH) {
    const message = `the multipart boundary is ${boundary.length} characters, limit is ${MAX_BOUNDARY_LENGTH}`;
    throw badBody(message);
  }
  const end = data.lastIndexOf(`--${boundary}--`);
  if (end < 0) throw badBody('Invalid multipart/form-data: no final boundary found');
  const delimiter = Buffer.from(`--${boundary}\r\n`);
  const maxParts = config.maxParts ?? 100;
  let parts = 0;
  let at = data.indexOf(delimiter);
  while (at >= 0 && at < end) {
    if (++parts > maxParts)
      throw badBody(`multipart/form-data has too many parts, limit is ${maxParts}`);
    const start = at + delimiter.length;
    const next = data.indexOf(delimiter, start);
    const behind = next < 0 || next > end ? end : next;
    parsePart(data.subarray(start, behind), args, files, config.maxPartHeaderSize ?? 10_240);
    at = next;
  }
}

function parsePart(
  part: Buffer,
  args: ArgumentMap,
  files: Map<string, HTTPFile[]>,
  maxHeaderSize: number,
): void {
  const headEnd = part.indexOf('\r\n\r\n');
  if (headEnd < 0) throw badBody('multipart/form-data missing headers');
  if (headEnd > maxHeaderSize) {
    throw badBody(`multipart/form-data part header is ${headEnd} bytes, limit is ${maxHeaderSize}`);
  }
  if (part.subarray(-2).toString() !== '\r\n')
    throw badBody('Invalid multipart/form-data: part does not end with CRLF');
  const fields = partFields(part.subarray(0, headEnd));
  const { value, params } = parseHeaderParams(fields.get('content-disposition') ?? '');
  const name = params.get('name');
  if (value.toLowerCase() !== 'form-data')
    throw badBody('Invalid multipart/form-data: no Content-Disposition of form-data');
  if (name === undefined || name === null || name === '')
    throw badBody('multipart/form-data part missing name');
  const body = part.subarray(headEnd + 4, -2);
  const filename = params.get('filename') ?? '';
  if (filename === '') {
    append(args, name, body);
    return;
  }
  append(files, name, {
    filename,
    body,
    contentType: fields.get('content-type') ?? 'application/unknown',
  });
}

/** Part headers are UTF-8 and hold no controls (HTU-27, SEC-28). */
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
    if (fields.has(name)) throw badBody(`Invalid multipart/form-data: a part has two ${name}`);
    fields.set(name, trimBlanks(line.slice(colon + 1)));
  }
  return fields;
}

function append<V>(map: Map<string, V[]>, name: string, value: V): void {
  const known = map.get(name);
  if (known === undefined) map.set(name, [value]);
  else known.push(value);
}

function badBody(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_BODY', message);
}
