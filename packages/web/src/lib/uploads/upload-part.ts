// One part of a form that is being uploaded: a field or a file. Owns: what can be done with it.
// Must not know: how its bytes come.
import { open, rm } from 'node:fs/promises';
import { HTTPError } from '../errors/http-error.ts';
import type { PartHead } from '@typhoon/http1';

/** How to keep a part in memory. */
export interface PartInMemoryOptions {
  /** More bytes are answered 413. Default 1048576 (1 MiB). */
  readonly maxSize?: number;
}

const MEBIBYTE = 1_048_576;

/**
 * A part of a form, as a stream of its bytes. It can be read once, before the next part is asked for; what is not read then is
 * passed over.
 */
export class UploadPart implements AsyncIterable<Buffer> {
  /** The field's name. */
  readonly name: string;
  /** As the client named the file, never to be trusted as a path; null for a field that is no file. */
  readonly filename: string | null;
  /** As the client says; null if it says nothing. */
  readonly contentType: string | null;
  /** All its header fields, names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly #pieces: AsyncIterableIterator<Buffer>;

  constructor(
    { name, filename, contentType, fields }: PartHead,
    pieces: AsyncIterableIterator<Buffer>,
  ) {
    this.name = name;
    this.filename = filename;
    this.contentType = contentType;
    this.fields = fields;
    this.#pieces = pieces;
  }

  /** Its bytes, in pieces that are the taker's own. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    return this.#pieces;
  }

  /** All its bytes. Rejects with HTTPError 413. */
  async bytes({ maxSize = MEBIBYTE }: PartInMemoryOptions = {}): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of this) {
      size += piece.length;
      if (size > maxSize)
        throw new HTTPError(413, '%s is more than %d bytes', [this.name, maxSize]);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  /** The same as text. Rejects with HTTPError 413, and 400 for what is no UTF-8. */
  async text(options?: PartInMemoryOptions): Promise<string> {
    const bytes = await this.bytes(options);
    try {
      return UTF_8.decode(bytes);
    } catch (cause) {
      throw new HTTPError(400, 'Invalid unicode in %s', [this.name], { cause });
    }
  }

  /**
   * Writes it to a file that is not there yet; gives the number of bytes. What is incomplete is removed again.
   * Rejects with the system's error, `EEXIST` for one.
   */
  async saveTo(path: string): Promise<number> {
    const file = await open(path, 'wx');
    let size = 0;
    try {
      for await (const piece of this) {
        for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
        size += piece.length;
      }
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    await file.close();
    return size;
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
