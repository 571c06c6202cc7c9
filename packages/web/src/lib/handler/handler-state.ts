// What a request handler knows besides what its class says: for the functions of this package that work for it.
import { OutgoingResponse } from '../output/outgoing-response.ts';
import type { HTTPServerRequest } from '@typhoon/httpserver';
import type { HandlerLocale } from '../locale/handler-locale.ts';
import type { PageModules } from '../ui/page-modules.ts';
import type { BodyStream } from '../uploads/body-stream.ts';
import type { XsrfToken } from '../xsrf/xsrf-token.ts';

const NO_ARGS: readonly (string | null)[] = [];
const NO_KWARGS: Readonly<Record<string, string | null>> = {};

/** The private side of one handler. */
export class HandlerState {
  /** The answer. */
  readonly response: OutgoingResponse;
  /** Values of the path's unnamed groups, decoded. */
  pathArgs: readonly (string | null)[] = NO_ARGS;
  /** Values of the path's named groups, decoded. */
  pathKwargs: Readonly<Record<string, string | null>> = NO_KWARGS;
  /** Whether the end of the verb method is the end of the answer. */
  isAutoFinishOn = true;
  /** The body, where the handler asks for it while it comes. */
  body: BodyStream | null = null;
  /** Asked for once; null until then. */
  currentUser: { readonly user: unknown } | null = null;
  /** The token that the request's cookie holds, or a new one; null until it is asked for. */
  xsrf: { readonly token: XsrfToken; readonly isNew: boolean } | null = null;
  /** The same as this answer shows it. */
  xsrfText: string | null = null;

  /** Whether `finish` was called: no more pages (WEB-71). */
  isAnswered = false;
  /** The page's modules; null until a template is rendered. */
  modules: PageModules | null = null;
  /** Asked for once; null until then. */
  locale: HandlerLocale | null = null;

  constructor({ connection, method }: HTTPServerRequest) {
    this.response = new OutgoingResponse(connection, method);
  }

  /** That of a handler whose connection speaks another protocol by now. */
  static behindUpgrade(request: HTTPServerRequest): HandlerState {
    const state = new HandlerState(request);
    const { response } = state;
    response.setStatus(101, null);
    response.isHeadSent = true;
    response.abandon();
    return state;
  }

  /** Whether nothing of it was asked for: another one would be the same. */
  get isBlank(): boolean {
    const isOfPath = this.pathArgs === NO_ARGS && this.pathKwargs === NO_KWARGS;
    const isOfUser = this.currentUser === null && this.xsrf === null && this.locale === null;
    return isOfPath && isOfUser && this.body === null && this.modules === null;
  }
}
