// What every answer's head begins with (WEB-19). HOT: `pnpm bench http`
import { HTTPHeaders, httpDate } from '@typhoon/http1';

/** Made anew when the date changes, once a second. */
let template = new HTTPHeaders();
let templateDate = '';

/** Fields of an answer that nobody has said anything about yet. */
export function defaultHeaders(): HTTPHeaders {
  const date = httpDate(Date.now());
  if (date !== templateDate) {
    templateDate = date;
    template = new HTTPHeaders();
    template.set('Server', 'typhoon');
    template.set('Content-Type', 'text/html; charset=UTF-8');
    template.set('Date', date);
  }
  return template.copy();
}
