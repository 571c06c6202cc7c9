// The settings of an application.
import type { HandlerSettings } from '../handler/handler-settings.ts';
import type { ContentCoding } from '../output/codings.ts';
import type { OutputTransformClass } from '../output/output-transform.ts';
import type { RequestHandler } from '../handler/request-handler.ts';
import type { HandlerClass } from '../handler/request-run.ts';
import type { StaticFileOptions, StaticHandlerClass } from '../static/static-file-handler.ts';

/** Settings, all optional; see {@link HandlerSettings} for those that handlers read. */
export interface ApplicationSettings extends HandlerSettings {
  /** The host that requests for unknown hosts are served as (WEB-89). Default: none. */
  readonly defaultHost?: string | null;
  /** Changes answers on their way out, in this order; an empty list turns compression off, too (WEB-90). Default: none. */
  readonly transforms?: readonly OutputTransformClass[];
  /**
   * Whether text goes out compressed to clients that can take it, in zstd (where Node.js has it), Brotli or gzip, as they like
   * best; or a list of those that may be used, the best first. Default false.
   */
  readonly compressResponse?: boolean | readonly ContentCoding[];
  /** Answers where no rule matches (WEB-11). Default `ErrorHandler`, with 404. */
  readonly defaultHandlerClass?: HandlerClass;
  /** Options for its `initialize`. */
  readonly defaultHandlerArgs?: object;
  /** Called for each answer in place of the access log (WEB-64). */
  readonly logFunction?: (handler: RequestHandler) => void;
  /** Path of the static files. Default `/static/`. */
  readonly staticUrlPrefix?: string;
  /** Serves the static files. Default `StaticFileHandler`. */
  readonly staticHandlerClass?: StaticHandlerClass;
  /** More options for its `initialize`. */
  readonly staticHandlerArgs?: Partial<StaticFileOptions>;
  /** Whether the hashes of static files are kept. Default true. */
  readonly staticHashCache?: boolean;
  /**
   * Called once, when the application is made: `start` of `@typhoon/autoreload`, for one. Default: none, also with `debug`,
   * since an application starts only what it was given (WEB-86).
   */
  readonly autoreload?: () => void;
}
