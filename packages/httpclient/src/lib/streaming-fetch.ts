// A fetch whose answer is given at its head. Owns: that what happens behind the head reaches whoever reads the body.
// Must not know: connections.
import { CancelledError, Future } from '@typhoon/concurrent';
import { PulledBody } from './pulled-body.ts';
import { StreamedResponse } from './streamed-response.ts';
import type { AnswerTaker } from './fetch.ts';
import type { HTTPRequest } from './http-request.ts';
import type { HTTPResponse, HTTPResponseInit } from './http-response.ts';
import type { BodyFlow, BodyTarget } from './response-body.ts';

/** What comes of one `stream`. Holds the response no longer than until it is given away: it may be forgotten. */
export class StreamingFetch implements AnswerTaker {
  readonly #whole: () => Future<HTTPResponse>;
  readonly #pulled = new PulledBody();
  /** Null once it is settled. */
  #outer: Future<StreamedResponse> | null;

  /**
   * @param outer Settled with the head.
   * @param whole Settled when the last byte has come; cancelling it gives the answer up.
   */
  constructor(outer: Future<StreamedResponse>, whole: () => Future<HTTPResponse>) {
    this.#outer = outer;
    this.#whole = whole;
  }

  begin(
    request: HTTPRequest,
    code: number,
    init: HTTPResponseInit,
  ): (flow: BodyFlow) => BodyTarget {
    const response = new StreamedResponse(request, code, init, this.#pulled, this.#whole());
    const outer = this.#outer;
    this.#outer = null;
    outer?.setResult(response);
    return (flow) => {
      this.#pulled.attach(flow);
      return this.#pulled;
    };
  }

  /** The whole fetch is settled. */
  over(done: Future<HTTPResponse>): void {
    const error = failureOf(done);
    if (error === null) return;
    this.#pulled.fail(error);
    const outer = this.#outer;
    this.#outer = null;
    if (outer?.done() !== false) return;
    if (error instanceof CancelledError && done.cancelled()) outer.setCancelled(error);
    else outer.setException(error);
  }
}

/** Why it failed or was cancelled; null when it did not. */
function failureOf(done: Future<unknown>): unknown {
  try {
    done.result();
    return null;
  } catch (error) {
    return error;
  }
}
