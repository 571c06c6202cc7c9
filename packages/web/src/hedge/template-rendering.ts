// Templates of an application: one loader a folder, and the names every template knows (WEB-73, 74).
import { Loader, type BaseLoader } from '@typhoon/template';
import type { RequestHandler } from './request-handler.ts';

const loaders = new WeakMap<object, BaseLoader>();

/** The text of a template with the handler's names and those given. */
export function renderTemplate(
  handler: RequestHandler,
  name: string,
  names: Readonly<Record<string, unknown>>,
): Buffer {
  const loader = loaderOf(handler);
  if (handler.settings.debug === true) loader.reset();
  const text = loader.load(name).generate({
    ...standardNames(handler),
    ...handler.getTemplateNamespace(),
    ...names,
  });
  return Buffer.from(text.buffer, text.byteOffset, text.byteLength);
}

function loaderOf(handler: RequestHandler): BaseLoader {
  const { settings } = handler;
  if (settings.templateLoader !== undefined) return settings.templateLoader;
  const known = loaders.get(handler.application);
  if (known !== undefined) return known;
  const root = handler.requireSetting('templatePath', 'templates');
  const { autoescape } = settings;
  const loader = new Loader(root, autoescape === undefined ? {} : { autoescape });
  loaders.set(handler.application, loader);
  return loader;
}

function standardNames(handler: RequestHandler): Record<string, unknown> {
  const staticUrl = handler.staticUrl.bind(handler);
  const xsrfFormHtml = handler.xsrfFormHtml.bind(handler);
  const reverseUrl = handler.reverseUrl.bind(handler);
  const methods = Object.entries(handler.settings.uiMethods ?? {}).map(([name, method]) => [
    name,
    (...args: never[]) => method(handler, ...args),
  ]);
  return {
    handler,
    request: handler.request,
    get current_user() {
      return handler.currentUser;
    },
    get currentUser() {
      return handler.currentUser;
    },
    static_url: staticUrl,
    staticUrl,
    xsrf_form_html: xsrfFormHtml,
    xsrfFormHtml,
    reverse_url: reverseUrl,
    reverseUrl,
    ...(Object.fromEntries(methods) as Record<string, unknown>),
  };
}
