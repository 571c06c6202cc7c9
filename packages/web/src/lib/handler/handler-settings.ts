// The settings that a request handler reads. Those of the application alone are in application-settings.ts.
import type { BaseLoader } from '@typhoon/template';
import type { HandlerLocales } from '../locale/handler-locale.ts';
import type { CookieOptions } from '../cookies/set-cookie.ts';
import type { CookieSecret } from '../cookies/signed-value.ts';

/** What a provider of sign-ins knows an application by. */
export interface OAuthKeys {
  readonly key: string;
  readonly secret: string;
}

/** Settings of an application, as its handlers see them. */
export interface HandlerSettings {
  /** Whether handlers are cancelled when nobody will get their answer; see `@cancelOnDisconnect`. Default false. */
  readonly cancelOnDisconnect?: boolean;
  /** Shorthand: `compiledTemplateCache` and `staticHashCache` off, `serveTraceback` on, each unless set (WEB-87). */
  readonly debug?: boolean;
  /** Whether the error page shows the stack. Default false. */
  readonly serveTraceback?: boolean;
  /** Where `@authenticated` sends those who are not logged in. Default: none. */
  readonly loginUrl?: string;
  /** Signs cookies; several by version, to replace one without logging everybody out. Default: none. */
  readonly cookieSecret?: CookieSecret;
  /** Which of several secrets signs. */
  readonly keyVersion?: number;
  /** Whether forms must carry the XSRF token (WEB-42). Default false. */
  readonly xsrfCookies?: boolean;
  /** Form of the token, 1 or 2. Default 2. */
  readonly xsrfCookieVersion?: number;
  /** Name of the token's cookie, such as `__Host-xsrf` (SEC-11). Default `_xsrf`. */
  readonly xsrfCookieName?: string;
  /** Attributes of the token's cookie. */
  readonly xsrfCookieKwargs?: CookieOptions;
  /** Folder of the templates. Default: none. */
  readonly templatePath?: string;
  /** Loads the templates, in place of the folder. */
  readonly templateLoader?: BaseLoader;
  /** Function that templates escape with; null for none. Default `xhtml_escape`. */
  readonly autoescape?: string | null;
  /** What templates do with white space. Default: by the file's name. */
  readonly templateWhitespace?: 'all' | 'single' | 'oneline';
  /** Whether a template is read once only. Default true. */
  readonly compiledTemplateCache?: boolean;
  /** Parts of pages by name, classes that extend `UIModule`: an object, a module namespace, or a list (WEB-79). */
  readonly uiModules?: object | readonly object[];
  /** Functions for templates by name, which get the handler first; as `uiModules`. Names begin with a small letter. */
  readonly uiMethods?: object | readonly object[];
  /** The languages, such as `locales` of `@typhoon/locale`. Default: `en_US` alone, without translations. */
  readonly locales?: HandlerLocales;
  /** Google's key and secret of this application; for sign-in. */
  readonly googleOauth?: OAuthKeys;
  /** Facebook's. */
  readonly facebookOauth?: OAuthKeys;
  /** Twitter's. */
  readonly twitterOauth?: OAuthKeys;
  /** Milliseconds between the pings of a WebSocket; for `@typhoon/websocket`. */
  readonly websocketPingIntervalMs?: number;
  /** Milliseconds to wait for their answer. */
  readonly websocketPingTimeoutMs?: number;
  /** Largest message of a WebSocket in bytes. */
  readonly websocketMaxMessageSize?: number;
  /** Folder of the static files. Default: none. */
  readonly staticPath?: string;
}
