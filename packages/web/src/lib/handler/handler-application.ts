// What a handler asks of its application. Generic in the handler, which it must not know.
import type { BaseLoader } from '@typhoon/template';
import type { OutputTransformClass } from '../output/output-transform.ts';
import type { PageModuleClass, UIMethod } from '../ui/page-modules.ts';
import type { HandlerSettings } from './handler-settings.ts';

/** An application, as those who write pages see it. */
export interface PageApplication {
  /** The settings. */
  readonly settings: HandlerSettings;
  /** The modules that templates know, by name; empty without the `uiModules` setting but for the built-in ones (WEB-80). */
  readonly uiModules: ReadonlyMap<string, PageModuleClass>;
  /** The functions that templates know, by name (WEB-79). */
  readonly uiMethods: ReadonlyMap<string, UIMethod>;
  /** The path that leads to a rule's name (WEB-92). @throws WebError `ERR_UNKNOWN_NAME` */
  reverseUrl(name: string, ...args: readonly unknown[]): string;
  /** The path of a static file (WEB-83). @throws WebError `ERR_SETTING` */
  makeStaticUrl(path: string, options: object): string;
  /** The loader of a folder, made once (WEB-73). */
  templateLoader(path: string, create: (path: string) => BaseLoader): BaseLoader;
}

/** What a handler asks of its application. */
export interface ApplicationOf<Handler> extends PageApplication {
  /** What changes answers on their way out, in this order. */
  readonly transforms: readonly OutputTransformClass[];
  /** Called when an answer is complete (WEB-64). */
  logRequest(handler: Handler): void;
}
