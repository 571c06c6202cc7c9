// Arguments of a request: which source, which of several values. Must not know: how bytes become text.
import { HTTPError } from '../errors/http-error.ts';
import { HTTPInputError, type ArgumentMap } from '@typhoon/http1';
import type { HTTPServerRequest } from '@typhoon/httpserver';

/** Where to look: the query, the form, or the query with the form behind it. */
export type ArgumentSource = 'query' | 'body' | 'both';

/** All values, in order (WEB-28). @throws HTTPError 400 for a body that is no valid form (WEB-6). */
export function argumentValues(
  request: HTTPServerRequest,
  source: ArgumentSource,
  name: string,
): readonly Uint8Array[] {
  const inQuery = source === 'body' ? undefined : request.queryArguments.get(name);
  const inBody = source === 'query' ? undefined : bodyArguments(request).get(name);
  if (inQuery === undefined) return inBody ?? [];
  return inBody === undefined ? inQuery : [...inQuery, ...inBody];
}

/** A form's arguments; a request without a body has none, and need not be asked for them. */
function bodyArguments(request: HTTPServerRequest): ArgumentMap {
  try {
    return request.bodyArguments;
  } catch (error) {
    if (!(error instanceof HTTPInputError)) throw error;
    throw new HTTPError(error.status, 'Invalid body: %s', [error.message], { cause: error });
  }
}
