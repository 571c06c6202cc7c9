// Pages: templates, the modules in them, the client's language. Owns: the names for all that.
// Must not know: how modules are kept (../ui), how languages are told apart (../locale).
import { Loader, type BaseLoader } from '@typhoon/template';
import { requiredSetting } from '../handler/required-setting.ts';
import { AnswerWriter } from '../handler/answer-writer.ts';
import { stateOf } from '../handler/request-reader.ts';
import { WebError } from '../errors/web-error.ts';
import { acceptedLanguages } from '../locale/accept-language.ts';
import { plainLocales } from '../locale/plain-locale.ts';
import { toBuffer } from '../octets.ts';
import { PageModules } from '../ui/page-modules.ts';
import { insertResources } from '../ui/page-resources.ts';
import { embeddedCss, embeddedJs, linkedCss, linkedJs } from '../ui/resource-tags.ts';
import { mergeNames, ownNames, templateNamespace } from './template-namespace.ts';
import type { Future } from '@typhoon/concurrent';
import type { PageApplication } from '../handler/handler-application.ts';
import type { StaticUrlOptions } from '../handler/handler-options.ts';
import type { HandlerSettings } from '../handler/handler-settings.ts';
import type { HandlerLocale } from '../locale/handler-locale.ts';
import type { PageNames } from '../ui/page-modules.ts';

/** The half of a request handler that makes pages. */
export abstract class PageWriter extends AnswerWriter {
  /** The application that this handler belongs to. */
  abstract readonly application: PageApplication;
  /** Whether static URLs name scheme and host. */
  includeHost = false;

  /** The application's settings. */
  override get settings(): HandlerSettings {
    return this.application.settings;
  }

  /** Who asks. */
  abstract currentUser: unknown;
  /** The hidden field that every form needs with the `xsrfCookies` setting. */
  abstract xsrfFormHtml(): string;

  // Templates.

  /**
   * Renders a template as the rest of the answer, with the scripts and styles that its modules need (WEB-76).
   * Errors as for `renderString` and `finish`; WebError `ERR_PAGE` for a page without the tags that resources go before.
   */
  render(templateName: string, namespace: object = {}): Future<void> {
    if (stateOf(this).response.isFinished) {
      throw new WebError('ERR_FINISHED', 'Cannot render() after finish()');
    }
    // A subclass that renders otherwise is asked; else the page may stay text, which goes out with the head in one piece.
    const page =
      this.renderString === OWN.renderString
        ? this.#output(templateName, namespace)
        : this.renderString(templateName, namespace);
    const modules = stateOf(this).modules?.active ?? [];
    if (modules.length === 0) return this.finish(page);
    return this.finish(insertResources(toBuffer(page), modules, this));
  }

  /**
   * Renders a template.
   * @throws WebError `ERR_SETTING` without a folder of templates, `ERR_FINISHED` (WEB-71); what the template throws.
   */
  renderString(templateName: string, namespace: object = {}): Buffer {
    return toBuffer(this.#output(templateName, namespace));
  }

  #output(templateName: string, namespace: object): string | Buffer {
    if (stateOf(this).isAnswered) {
      throw new WebError('ERR_FINISHED', 'Cannot render a template after finish()');
    }
    const path = this.getTemplatePath() ?? (this.settings.templateLoader ? '' : null);
    const root = path ?? requiredSetting(this.settings, 'templatePath', 'templates');
    const loader = this.application.templateLoader(root, (folder) =>
      this.createTemplateLoader(folder),
    );
    const names =
      this.getTemplateNamespace === OWN.getTemplateNamespace
        ? templateNamespace(this, namespace)
        : mergeNames(this.getTemplateNamespace(), namespace);
    return loader.load(templateName).generateOutput(names);
  }

  /** The names that templates know; override to add some (WEB-74). */
  getTemplateNamespace(): Record<string, unknown> {
    return ownNames(this);
  }

  /** The folder of the templates; null for none. */
  getTemplatePath(): string | null {
    return this.settings.templatePath ?? null;
  }

  /** Makes the loader of a folder; called once a folder (WEB-73). */
  createTemplateLoader(path: string): BaseLoader {
    const { templateLoader, autoescape, templateWhitespace } = this.settings;
    if (templateLoader !== undefined) return templateLoader;
    return new Loader(path, {
      ...(autoescape === undefined ? {} : { autoescape }),
      ...(templateWhitespace === undefined ? {} : { whitespace: templateWhitespace }),
    });
  }

  // Modules.

  /**
   * The methods of the `uiMethods` setting, which get this handler first, and `modules`; null when the answer is finished
   * (WEB-71, 79).
   */
  get ui(): PageNames | null {
    const state = stateOf(this);
    if (state.isAnswered) return null;
    state.modules ??= new PageModules(this, this.application);
    return state.modules.names;
  }

  /** The tags of linked scripts; relative paths are static files (WEB-77). Override to bundle them. */
  renderLinkedJs(files: readonly string[]): string {
    return linkedJs(files, (path) => this.staticUrl(path));
  }

  /** The tag of scripts in the page itself. */
  renderEmbedJs(parts: readonly (string | Uint8Array)[]): string {
    return embeddedJs(parts);
  }

  /** The tags of linked styles; relative paths are static files. */
  renderLinkedCss(files: readonly string[]): string {
    return linkedCss(files, (path) => this.staticUrl(path));
  }

  /** The tag of styles in the page itself. */
  renderEmbedCss(parts: readonly (string | Uint8Array)[]): string {
    return embeddedCss(parts);
  }

  // Languages.

  /** The client's language: the user's if `getUserLocale` knows it, else the browser's; or set it (WEB-81). */
  get locale(): HandlerLocale {
    const state = stateOf(this);
    state.locale ??= this.getUserLocale() ?? this.getBrowserLocale();
    return state.locale;
  }

  set locale(locale: HandlerLocale) {
    stateOf(this).locale = locale;
  }

  /** The language that the user has chosen; null to look at what the browser says. */
  getUserLocale(): HandlerLocale | null {
    return null;
  }

  /** The best of the application's languages that the browser accepts (WEB-82); of none, that of `fallback`. */
  getBrowserLocale(fallback = 'en_US'): HandlerLocale {
    const locales = this.settings.locales ?? plainLocales;
    const codes = acceptedLanguages(this.request.headers.get('Accept-Language', ''));
    return codes.length === 0 ? locales.getClosest(fallback) : locales.getClosest(...codes);
  }

  // Paths.

  /** The path of a static file, with a hash of its content (WEB-83). @throws WebError `ERR_SETTING` without a folder of them. */
  staticUrl(
    path: string,
    { includeHost = this.includeHost, ...options }: StaticUrlOptions = {},
  ): string {
    const url = this.application.makeStaticUrl(path, options);
    return includeHost ? `${this.request.protocol}://${this.request.host}${url}` : url;
  }

  /** The path that leads to a rule's name. @throws WebError `ERR_UNKNOWN_NAME` (WEB-92) */
  reverseUrl(name: string, ...args: readonly unknown[]): string {
    return this.application.reverseUrl(name, ...args);
  }
}

/** What a subclass may have overridden. */
const OWN = PageWriter.prototype;
