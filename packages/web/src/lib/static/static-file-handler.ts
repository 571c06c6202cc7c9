// Serves files from a folder (WEB-100 to 110). Owns: the order of things, and what a subclass may change.
// Must not know: how ranges are read, files hashed or read, types guessed.
import { stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { getContentRange, parseHttpDate } from '@typhoon/http1';
import { genLog } from '@typhoon/log';
import { contentTypeOf } from './content-type.ts';
import { FileContents } from './file-contents.ts';
import { readPieces } from './file-pieces.ts';
import { FileVersions, hashFile, hashFileSync } from './file-versions.ts';
import { HTTPError } from '../errors/http-error.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { localPath } from '../redirects/local-path.ts';
import { staticRange } from './static-range.ts';
import type { Stats } from 'node:fs';
import type { HandlerClass } from '../handler/request-run.ts';

/** Options of a rule for `StaticFileHandler`. */
export interface StaticFileOptions {
  /** The folder. */
  readonly path: string;
  /** File that stands for a folder, such as `index.html`. Default: none. */
  readonly defaultFilename?: string | null;
}

/** Settings that say where static files are. */
export interface StaticSettings {
  readonly staticPath?: string;
  readonly staticUrlPrefix?: string;
  readonly staticHashCache?: boolean;
}

/** What an application asks of the class that serves its static files. */
export interface StaticHandlerClass extends HandlerClass {
  /** The path of a file, with its version. */
  makeStaticUrl(settings: StaticSettings, path: string, includeVersion?: boolean): string;
  /** Forgets the files' versions. */
  reset(): void;
}

/** What `getContent` may give: the bytes, or pieces of them. */
export type StaticContent = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** Files that do not change under their version are kept for ten years. */
const CACHE_MAX_AGE_SECONDS = 86_400 * 365 * 10;

/**
 * Serves the files of a folder: types, Etag, ranges, conditional requests. The rule's pattern has one group, the path
 * within the folder; its options are `{ path, defaultFilename }`. Subclasses may serve what is no file (WEB-110).
 */
export class StaticFileHandler extends RequestHandler {
  static readonly #versions = new FileVersions();
  static readonly #contents = new FileContents();

  /** The folder. */
  root = '';
  /** File that stands for a folder; null for none. */
  defaultFilename: string | null = null;
  /** What was asked for, within the folder. */
  path = '';
  /** The file. */
  absolutePath = '';
  /** When it was last changed; null where nobody knows. */
  modified: Date | null = null;
  #stats: Stats | null = null;
  /** What they are of; a subclass may serve another file. */
  #statsPath = '';
  #version: string | null = null;

  override initialize({ path, defaultFilename = null }: StaticFileOptions): void {
    this.root = path;
    this.defaultFilename = defaultFilename;
  }

  override async head(path: string): Promise<void> {
    await this.get(path, false);
  }

  override async get(path: string, includeBody = true): Promise<void> {
    this.path = this.parseUrlPath(path);
    const kind = this.#kind();
    const valid = await this.validateAbsolutePath(
      this.root,
      kind.getAbsolutePath(this.root, this.path),
    );
    if (valid === null) return;
    this.absolutePath = valid;
    this.modified = await this.getModifiedTime();
    this.#version = await this.#contentVersion(kind);
    this.setHeaders();
    if (this.shouldReturn304()) {
      this.setStatus(304);
      return;
    }
    const size = await this.getContentSize();
    const subject = { size, etag: this.computeEtag(), modified: this.modified };
    const range = staticRange(this.request, subject);
    if (range.kind === 'unsatisfiable') {
      this.setStatus(416);
      this.setHeader('Content-Type', 'text/plain');
      this.setHeader('Content-Range', `bytes */${size}`);
      return;
    }
    const [start, end] = range.kind === 'part' ? [range.start, range.end] : [0, size];
    if (range.kind === 'part') {
      this.setStatus(206);
      this.setHeader('Content-Range', getContentRange(start, end, size));
    }
    this.setHeader('Content-Length', end - start);
    if (!includeBody) return;
    const stats = this.#statsPath === this.absolutePath ? this.#stats : null;
    const small =
      stats !== null && kind.getContent === StaticFileHandler.getContent
        ? await StaticFileHandler.#contents.of(this.absolutePath, stats)
        : null;
    if (small !== null) this.write(small.subarray(start, end));
    else await this.#send(kind.getContent(this.absolutePath, start, end));
  }

  /** Bytes of the URL's path become a path of this system. */
  parseUrlPath(urlPath: string): string {
    return sep === '/' ? urlPath : urlPath.replaceAll('/', sep);
  }

  /** Where a path within the folder is. */
  static getAbsolutePath(root: string, path: string): string {
    return resolve(root, path);
  }

  /**
   * The file to serve; null when the answer is finished. Links are followed.
   * @throws HTTPError 403 outside the folder, and for what is no file; 404 for what is not there (WEB-100, 101).
   */
  async validateAbsolutePath(root: string, absolutePath: string): Promise<string | null> {
    const folder = resolve(root);
    const inside = folder.endsWith(sep) ? folder : folder + sep;
    if (!(absolutePath + sep).startsWith(inside)) {
      throw new HTTPError(403, '%s is not in root static directory', [this.path]);
    }
    let path = absolutePath;
    let stats = await statOf(path);
    if (stats?.isDirectory() === true && this.defaultFilename !== null) {
      if (!this.request.path.endsWith('/')) {
        this.#redirectToFolder();
        return null;
      }
      path = join(absolutePath, this.defaultFilename);
      stats = await statOf(path);
    }
    if (stats === null) throw new HTTPError(404);
    if (!stats.isFile()) throw new HTTPError(403, '%s is not a file', [this.path]);
    this.#stats = stats;
    this.#statsPath = path;
    return path;
  }

  /** The bytes from `start` to `end` (exclusive) of a file. */
  static getContent(absolutePath: string, start: number, end: number): StaticContent {
    return readPieces(absolutePath, start, end);
  }

  /** Text that changes when the file's content does; the Etag is made of it. Default SHA-512 in hex. */
  static getContentVersion(absolutePath: string): string | Promise<string> {
    return hashFile(absolutePath);
  }

  /** Bytes of the file. */
  getContentSize(): number | Promise<number> {
    return this.#stats?.size ?? 0;
  }

  /** When the file was changed, in whole seconds; null where nobody knows. */
  getModifiedTime(): Date | null | Promise<Date | null> {
    return this.#stats === null ? null : new Date(Math.floor(this.#stats.mtimeMs / 1000) * 1000);
  }

  /** The file's type (WEB-109). */
  getContentType(): string {
    return contentTypeOf(this.absolutePath);
  }

  /** Seconds for which the answer may be kept; 0 says nothing about it. Default: ten years for a path with a version. */
  getCacheTime(_path: string, _modified: Date | null, _contentType: string): number {
    return this.request.queryArguments.has('v') ? CACHE_MAX_AGE_SECONDS : 0;
  }

  /** Adds headers. */
  setExtraHeaders(_path: string): void {
    // none
  }

  override computeEtag(): string | null {
    return this.#version === null ? null : `"${this.#version}"`;
  }

  /** Sets the headers that the file's 200, 206 and 304 share (WEB-103 to 105). */
  setHeaders(): void {
    this.setHeader('Accept-Ranges', 'bytes');
    this.setEtagHeader();
    if (this.modified !== null) this.setHeader('Last-Modified', this.modified);
    const contentType = this.getContentType();
    if (contentType !== '') this.setHeader('Content-Type', contentType);
    const seconds = this.getCacheTime(this.path, this.modified, contentType);
    if (seconds > 0) {
      this.setHeader('Expires', new Date(Date.now() + seconds * 1000));
      this.setHeader('Cache-Control', `max-age=${seconds}`);
    }
    this.setExtraHeaders(this.path);
  }

  /** Whether the client has this file already (WEB-103). */
  shouldReturn304(): boolean {
    const { headers } = this.request;
    if (headers.has('If-None-Match')) return this.checkEtagHeader();
    const since = parseHttpDate(headers.get('If-Modified-Since', ''));
    return since !== null && this.modified !== null && since >= this.modified.getTime();
  }

  /** The path of a file of the `staticPath` setting, with its version if there is one (WEB-83). */
  static makeStaticUrl(settings: StaticSettings, path: string, includeVersion = true): string {
    const url = (settings.staticUrlPrefix ?? '/static/') + path;
    const version = includeVersion ? this.getVersion(settings, path) : null;
    return version === null ? url : `${url}?v=${version}`;
  }

  /** The version of a file of the `staticPath` setting; null for one that cannot be read, which is logged (WEB-102). */
  static getVersion(settings: StaticSettings, path: string): string | null {
    const absolutePath = this.getAbsolutePath(settings.staticPath ?? '', path);
    const known = StaticFileHandler.#versions.known(absolutePath);
    if (known !== undefined) return known;
    try {
      const version = versionSync(this, absolutePath);
      if (version !== null) StaticFileHandler.#versions.keep(absolutePath, version);
      return version;
    } catch (error) {
      genLog.error('Could not open static file %r', absolutePath, error);
      return null;
    }
  }

  /** Forgets the files' versions, and the small ones' contents. */
  static reset(): void {
    StaticFileHandler.#versions.reset();
    StaticFileHandler.#contents.reset();
  }

  async #contentVersion(kind: typeof StaticFileHandler): Promise<string | null> {
    const path = this.absolutePath;
    try {
      if (this.#stats === null) return await kind.getContentVersion(path);
      const make = async (): Promise<string> => kind.getContentVersion(path);
      return await StaticFileHandler.#versions.of(path, this.#stats, make);
    } catch (error) {
      genLog.error('Could not open static file %r', path, error);
      return null;
    }
  }

  async #send(content: StaticContent): Promise<void> {
    if (content instanceof Uint8Array) {
      this.write(content);
      return;
    }
    for await (const piece of content) {
      this.write(piece);
      await this.flush();
    }
  }

  #redirectToFolder(): void {
    const { path } = this.request;
    // Browsers would read `//host/` and `/\host/` as another host (SEC-12).
    if (localPath(path) !== path)
      throw new HTTPError(403, 'cannot redirect path with two initial slashes');
    this.redirect(`${path}/`, { permanent: true });
  }

  /** The class of this very handler, whose static methods a subclass may have overridden. */
  #kind(): typeof StaticFileHandler {
    return this.constructor as typeof StaticFileHandler;
  }
}

/** Where nobody can wait: a file is hashed at once, of anything else only a version that is there at once counts. */
function versionSync(kind: typeof StaticFileHandler, absolutePath: string): string | null {
  if (kind.getContentVersion === StaticFileHandler.getContentVersion) {
    return hashFileSync(absolutePath);
  }
  const version = kind.getContentVersion(absolutePath);
  return typeof version === 'string' ? version : null;
}

/** Null for what is not there. */
async function statOf(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EMFILE' || code === 'ENFILE' || code === 'EIO') throw error;
    return null;
  }
}
