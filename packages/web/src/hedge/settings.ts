// What an application can be told.
import type { BaseLoader } from '@typhoon/template';
import type { CookieOptions } from './cookie-writer.ts';
import type { HandlerClass } from './request-handler.ts';
import type { RequestHandler } from './request-handler.ts';
import type { CookieSecret } from './signed-value.ts';

/** Settings of an application; handlers read them as `this.settings`. */
export interface ApplicationSettings {
  /** Tracebacks in error pages, nothing cached (WEB-87). Default false. */
  readonly debug?: boolean;
  /** Error pages show the stack. Default: `debug`. */
  readonly serveTraceback?: boolean;
  /** Signs cookies. */
  readonly cookieSecret?: CookieSecret;
  /** Which of several secrets signs. */
  readonly keyVersion?: number;
  /** Where `@authenticated` sends those who are not. */
  readonly loginUrl?: string;
  /** Refuse unsafe requests without a token (WEB-42). Default false. */
  readonly xsrfCookies?: boolean;
  /** Format of the token: 1 or 2. Default 2. */
  readonly xsrfCookieVersion?: number;
  /** Name of the token's cookie. Default `_xsrf`. */
  readonly xsrfCookieName?: string;
  /** Attributes of the token's cookie. */
  readonly xsrfCookieKwargs?: CookieOptions;
  /** Folder of the templates. */
  readonly templatePath?: string;
  /** Loads the templates, in place of one for `templatePath`. */
  readonly templateLoader?: BaseLoader;
  /** Escaping of templates; null for none. Default `xhtml_escape`. */
  readonly autoescape?: string | null;
  /** Functions that templates can call, by name; each gets the handler first. */
  readonly uiMethods?: Readonly<
    Record<string, (handler: RequestHandler, ...args: never[]) => unknown>
  >;
  /** Folder that is served under `staticUrlPrefix`, `/favicon.ico` and `/robots.txt` (WEB-88). */
  readonly staticPath?: string;
  /** Default `/static/`. */
  readonly staticUrlPrefix?: string;
  /** Serves what no rule matches. Default: an ErrorHandler with 404. */
  readonly defaultHandlerClass?: HandlerClass;
  /** What that handler's `initialize` gets. */
  readonly defaultHandlerArgs?: object;
  /** Logs a finished request, in place of the access log (WEB-64). */
  readonly logFunction?: (handler: RequestHandler) => void;
}
