// Form bodies that are complete: URL-encoded and multipart. HTU-22 to 28, 38 to 41; RFC 7578.
// Must not know: how the body came in, what becomes of its arguments, where parts begin and end (multipart-parser.ts).
import { HTTPInputError } from './errors.ts';
import { quoted } from './octets.ts';
import { MultipartParser, type MultipartSink } from './multipart-parser.ts';
import { multipartBoundary, type PartHead } from './part-head.ts';
import { parseQs, type ArgumentMap } from './query.ts';
import type { HTTPHeaders } from './headers.ts';

/** A file of a form. */
export interface HTTPFile {
  /** As the client named it; never trust it as a path. */
  readonly filename: string;
  /** Its bytes: a view of the request's body, wherever they lie in it in one piece. */
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
  if (encoding !== undefined) throw badBody(`Unsupported Content-Encoding: ${quoted(encoding)}`);
  if (isForm) {
    parseForm(body, args, options.maxArguments ?? defaults.maxArguments ?? 10_000);
    return;
  }
  const boundary = multipartBoundary(contentType);
  parseMultipartFormData(boundary, body, args, files, options.multipart);
}

const AMPERSAND = 0x26;
const NOTHING = Buffer.alloc(0);

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

/**
 * Reads a multipart form into `args` and `files`, as `MultipartParser` does. Arguments and files are views of `data`, but those
 * that begin with what looks like a boundary and is none.
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
  const parser = new MultipartParser(boundary, new FormSink(data, args, files), config);
  parser.push(data);
  parser.finish();
}

/** Sorts the parts of a body that is there as a whole into arguments and files, which are views of it. */
class FormSink implements MultipartSink {
  readonly #whole: Buffer;
  readonly #args: ArgumentMap;
  readonly #files: Map<string, HTTPFile[]>;
  #head: PartHead | null = null;
  #body: Buffer = NOTHING;

  constructor(whole: Buffer, args: ArgumentMap, files: Map<string, HTTPFile[]>) {
    this.#whole = whole;
    this.#args = args;
    this.#files = files;
  }

  onPart(head: PartHead): void {
    this.#head = head;
    this.#body = NOTHING;
  }

  /** Almost always once a part: only data that begins like a delimiter comes in two pieces, the first not of the body. */
  onPartData(buffer: Buffer, start: number, end: number): void {
    const piece = buffer.subarray(start, end);
    if (this.#body.length > 0) this.#body = Buffer.concat([this.#body, piece]);
    else this.#body = buffer === this.#whole ? piece : Buffer.from(piece);
  }

  onPartEnd(): void {
    if (this.#head === null) return;
    const { name, filename, contentType } = this.#head;
    const body = this.#body;
    if (filename === null) append(this.#args, name, body);
    else
      append(this.#files, name, {
        filename,
        body,
        contentType: contentType ?? 'application/unknown',
      });
  }
}

function append<V>(map: Map<string, V[]>, name: string, value: V): void {
  const known = map.get(name);
  if (known === undefined) map.set(name, [value]);
  else known.push(value);
}

function badBody(message: string): HTTPInputError {
  return new HTTPInputError('ERR_BAD_BODY', message);
}
