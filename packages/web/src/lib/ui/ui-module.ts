// Parts of pages that are used on many (WEB-78): a class for each, with the scripts and styles that it needs.
import type { RequestHandler } from '../handler/request-handler.ts';
import type { HandlerLocale } from '../locale/handler-locale.ts';
import type { PageModule, PageNames } from './page-modules.ts';

/**
 * A part of a page. A template puts it in with `{% module Name(args) %}`; all its uses in one page share one object, and what
 * it needs in the page's head and at its end comes once.
 *
 * ```ts no-run
 * class Entry extends UIModule {
 *   override render(entry: Entry) {
 *     return this.renderString('entry.html', { entry })
 *   }
 *   override cssFiles() {
 *     return 'entry.css'
 *   }
 * }
 * ```
 */
export abstract class UIModule implements PageModule {
  /** Whose page it is. */
  readonly handler: RequestHandler;

  /** The framework makes modules, one a page. */
  constructor(handler: RequestHandler) {
    this.handler = handler;
  }

  /** The request that the page answers. */
  get request(): RequestHandler['request'] {
    return this.handler.request;
  }

  /** As `handler.ui`. */
  get ui(): PageNames | null {
    return this.handler.ui;
  }

  /** As `handler.locale`. */
  get locale(): HandlerLocale {
    return this.handler.locale;
  }

  /** As `handler.currentUser`. */
  get currentUser(): unknown {
    return this.handler.currentUser;
  }

  /** What stands in the page; it is not escaped. Gets what the template says. */
  abstract render(...args: never[]): string | Uint8Array;

  /** A script for the page itself, before `</body>`. */
  embeddedJavascript(): string | Uint8Array | null {
    return null;
  }

  /** Scripts to link; relative paths are static files. */
  javascriptFiles(): string | readonly string[] | null {
    return null;
  }

  /** Styles for the page itself, before `</head>`. */
  embeddedCss(): string | Uint8Array | null {
    return null;
  }

  /** Styles to link; relative paths are static files. */
  cssFiles(): string | readonly string[] | null {
    return null;
  }

  /** HTML to put before `</head>`. */
  htmlHead(): string | Uint8Array | null {
    return null;
  }

  /** HTML to put before `</body>`. */
  htmlBody(): string | Uint8Array | null {
    return null;
  }

  /** Renders a template of the application. Errors as for the handler's `renderString`. */
  renderString(templateName: string, namespace: object = {}): Buffer {
    return this.handler.renderString(templateName, namespace);
  }
}
