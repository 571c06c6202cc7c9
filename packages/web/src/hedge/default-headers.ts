// The headers every answer begins with (WEB-19).
import { httpDate, type HTTPHeaders } from '@typhoon/http1';

const SERVER = 'typhoon';
const CONTENT_TYPE = 'text/html; charset=UTF-8';

/** Sets Server, Content-Type and Date. */
export function setStandardHeaders(headers: HTTPHeaders): void {
  headers.set('Server', SERVER);
  headers.set('Content-Type', CONTENT_TYPE);
  headers.set('Date', httpDate(Date.now()));
}
