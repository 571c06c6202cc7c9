// What every handler of a site for people should say, whatever it answers.
import { RequestHandler } from '@typhoon/web';

/** Scripts, styles and forms come from this site and go to it: a text that gets into a page as markup can do nothing there. */
const POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** A handler whose answers tell browsers what not to do with them. */
export abstract class SafeHandler extends RequestHandler {
  override setDefaultHeaders(): void {
    this.setHeader('Content-Security-Policy', POLICY);
    this.setHeader('X-Content-Type-Options', 'nosniff');
    this.setHeader('Referrer-Policy', 'same-origin');
  }
}
