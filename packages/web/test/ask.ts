// Handlers made of a function, and what they answer.
import './quiet.ts';
import { Application } from '../src/lib/application/application.ts';
import { fetchApp, type FetchAppOptions } from '../src/lib/testing/fetch-app.ts';
import { RequestHandler } from '../src/lib/handler/request-handler.ts';
import type { ApplicationSettings } from '../src/lib/application/application-settings.ts';
import type { AppResponse } from '../src/lib/testing/memory-connection.ts';

/** What answers every method. */
export type Answer<H extends RequestHandler = RequestHandler> = (handler: H) => unknown;

/** A handler whose methods all call `answer`. */
export function handlerOf(answer: Answer): typeof RequestHandler {
  return class extends RequestHandler {
    override get(): unknown {
      return answer(this);
    }
    override head(): unknown {
      return answer(this);
    }
    override post(): unknown {
      return answer(this);
    }
    override put(): unknown {
      return answer(this);
    }
    override delete(): unknown {
      return answer(this);
    }
  };
}

/** What to ask, and of which application. */
export interface AskOptions extends FetchAppOptions {
  /** Default `/`. */
  readonly path?: string;
  readonly settings?: ApplicationSettings;
}

/** Asks an application whose one handler does what `answer` says. */
export function ask(
  answer: Answer,
  { path = '/', settings, ...options }: AskOptions = {},
): Promise<AppResponse> {
  return fetchApp(new Application([['/.*', handlerOf(answer)]], settings), path, options);
}

/** The same; the body alone. */
export async function textOf(answer: Answer, options?: AskOptions): Promise<string> {
  return (await ask(answer, options)).body.toString();
}
