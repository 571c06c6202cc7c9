// The names that templates know besides what `render` gives them (WEB-74). Tornado's spelling and ours.
import type { HTTPServerRequest } from '@typhoon/httpserver';

/** All that templates may ask of a handler. */
export interface TemplateSubject {
  readonly request: HTTPServerRequest;
  readonly currentUser: unknown;
  staticUrl(path: string, options?: object): string;
  reverseUrl(name: string, ...args: readonly unknown[]): string;
  xsrfFormHtml(): string;
}

/** The namespace of one request; the user is asked for only if a template is. */
export function templateNamespace(handler: TemplateSubject): Record<string, unknown> {
  const staticUrl = handler.staticUrl.bind(handler);
  const reverseUrl = handler.reverseUrl.bind(handler);
  const xsrfFormHtml = handler.xsrfFormHtml.bind(handler);
  return {
    handler,
    request: handler.request,
    get current_user(): unknown {
      return handler.currentUser;
    },
    get currentUser(): unknown {
      return handler.currentUser;
    },
    static_url: staticUrl,
    staticUrl,
    reverse_url: reverseUrl,
    reverseUrl,
    xsrf_form_html: xsrfFormHtml,
    xsrfFormHtml,
  };
}
