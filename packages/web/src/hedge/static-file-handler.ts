// Static files (WEB-100 to 110): contained, conditional, by range, in pieces.
import { open, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { formatTimestamp, getContentRange, parseHttpDate, parseRequestRange } from '@typhoon/http1';
import mime from 'mime';
import { HTTPError } from './http-error.ts';
import { matchesEtag } from './etag.ts';
import { RequestHandler } from './request-handler.ts';
import { contentHash } from './static-url.ts';
import type { Stats } from 'node:fs';

const PIECE_BYTES = 65_536;
const TEN_YEARS_S = 315_360_000;

/** What a rule for static files says. */
export interface StaticFileOptions {
  /** Folder that is served. */
  readonly path: string;
  /** File that stands for a folder; without one folders are refused. */
  readonly defaultFilename?: string;
}

/** First byte, and the one behind the last. */
type Range = readonly [start: number, end: number];

/** Serves files below a folder. The rule's one group is the path of the file. */
export class StaticFileHandler extends RequestHandler {
  #root = '';
  #defaultFilename: string | undefined;

  override initialize({ path, defaultFilename }: StaticFileOptions): void {
    this.#root = resolve(path);
    this.#defaultFilename = defaultFilename;
  }

  override get(path: string): Promise<void> {
    return this.#serve(path, true);
  }

  override head(path: string): Promise<void> {
    return this.#serve(path, false);
  }

  /** Headers of your own; called with the path. */
  setExtraHeaders(_path: string): void {
    // nothing by default
  }

  /** Seconds that a browser may keep the file; 0 says nothing about it. Default: ten years with a fingerprint. */
  getCacheTime(_path: string): number {
    return this.request.queryArguments.has('v') ? TEN_YEARS_S : 0;
  }

  async #serve(path: string, isBodyWanted: boolean): Promise<void> {
    const file = await this.#locate(path);
    if (file === null) return;
    const { name, stats } = file;
    const hash = contentHash(name);
    this.#setHeaders(path, name, stats, hash);
    if (this.#isNotModified(stats, hash)) {
      this.setStatus(304);
      return;
    }
    const range = this.#range(stats.size);
    if (range === null) return;
    this.setHeader('Content-Length', range[1] - range[0]);
    if (isBodyWanted) await this.#send(name, range);
  }

  /** The file, or null when the request was redirected. @throws HTTPError 403, 404. */
  async #locate(path: string): Promise<{ readonly name: string; readonly stats: Stats } | null> {
    if (path.includes('\0')) throw new HTTPError(404);
    const name = resolve(join(this.#root, path));
    const root = this.#root.endsWith(sep) ? this.#root : this.#root + sep;
    if (!(name + sep).startsWith(root))
      throw new HTTPError(403, `${path} is not in root static directory`);
    const stats = await statOrNull(name);
    if (stats === null) throw new HTTPError(404);
    if (stats.isFile()) return { name, stats };
    if (!stats.isDirectory() || this.#defaultFilename === undefined)
      throw new HTTPError(403, `${path} is not a file`);
    if (!this.request.path.endsWith('/')) {
      // SEC-12: a browser would read //host/ as another site.
      if (this.request.path.startsWith('//'))
        throw new HTTPError(403, 'cannot redirect a path that begins with //');
      this.redirect(`${this.request.path}/`, { permanent: true });
      return null;
    }
    const index = join(name, this.#defaultFilename);
    const indexStats = await statOrNull(index);
    if (indexStats?.isFile() !== true) throw new HTTPError(404);
    return { name: index, stats: indexStats };
  }

  #setHeaders(path: string, name: string, stats: Stats, hash: string | null): void {
    this.setHeader('Accept-Ranges', 'bytes');
    if (hash !== null) this.setHeader('Etag', `"${hash}"`);
    this.setHeader('Last-Modified', formatTimestamp(Math.floor(stats.mtimeMs / 1000)));
    this.setHeader('Content-Type', contentType(name));
    const cacheTime = this.getCacheTime(path);
    if (cacheTime > 0) {
      this.setHeader('Expires', new Date(Date.now() + cacheTime * 1000));
      this.setHeader('Cache-Control', `max-age=${cacheTime}`);
    }
    this.setExtraHeaders(path);
  }

  /** RFC 9110 §13.1.3: If-None-Match decides alone where it is given (WEB-103). */
  #isNotModified(stats: Stats, hash: string | null): boolean {
    const { headers } = this.request;
    const tags = headers.get('If-None-Match');
    if (tags !== undefined) return matchesEtag(tags, hash === null ? undefined : `"${hash}"`);
    const since = parseHttpDate(headers.get('If-Modified-Since') ?? '');
    return since !== null && since >= Math.floor(stats.mtimeMs / 1000) * 1000;
  }

  /** The bytes to send; null when the range cannot be satisfied and 416 was set (WEB-106). */
  #range(size: number): Range | null {
    const asked = parseRequestRange(this.request.headers.get('Range') ?? '');
    if (asked === null) return [0, size];
    const [first, end] = asked;
    const start = first === null ? size : first < 0 ? Math.max(0, size + first) : first;
    const behind = Math.min(end ?? size, size);
    if (start >= size || behind <= start || (first === null && end === 0)) {
      this.setStatus(416);
      this.setHeader('Content-Type', 'text/plain');
      this.setHeader('Content-Range', `bytes */${size}`);
      return null;
    }
    if (start > 0 || behind < size) {
      this.setStatus(206);
      this.setHeader('Content-Range', getContentRange(start, behind, size));
    }
    return [start, behind];
  }

  async #send(name: string, [start, end]: Range): Promise<void> {
    const file = await open(name);
    try {
      let at = start;
      while (at < end && !this.request.connection.isClosed) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - at));
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        this.write(piece.subarray(0, bytesRead));
        await this.flush();
      }
    } finally {
      await file.close();
    }
  }
}

async function statOrNull(name: string): Promise<Stats | null> {
  try {
    return await stat(name);
  } catch {
    return null; // not there, or not to be seen: the same to a client
  }
}

/** WEB-109: what is packed is a package, whatever is in it. */
function contentType(name: string): string {
  if (/\.gz$/i.test(name)) return 'application/gzip';
  if (/\.(bz2|xz|br|Z)$/i.test(name)) return 'application/octet-stream';
  const type = mime.getType(name) ?? 'application/octet-stream';
  return /^text\/|\/javascript$|\/json$/.test(type) ? `${type}; charset=UTF-8` : type;
}
