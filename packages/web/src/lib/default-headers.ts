// What every answer's head begins with (WEB-19). HOT: `pnpm bench http`
import { HTTPHeaders, httpDate } from '@typhoon/http1';

/** Fields of an answer that nobody has said anything about yet. */
export function defaultHeaders(): HTTPHeaders {
  const headers = new HTTPHeaders();
  headers.set('Server', 'typhoon');
  headers.set('Content-Type', 'text/html; charset=UTF-8');
  headers.set('Date', httpDate(Date.now()));
  return headers;
}
