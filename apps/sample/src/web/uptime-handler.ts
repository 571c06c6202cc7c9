// What all handlers of the app share.
import { RequestHandler } from '@typhoon/web';
import type { Uptime } from '../uptime.ts';

/** Scripts, styles and forms come from this site and go to it: a text that gets into a page as markup can do nothing there. */
const POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** A handler that knows the app. */
export abstract class UptimeHandler extends RequestHandler {
  #uptime: Uptime | null = null;

  override initialize(options: { readonly uptime: Uptime }): void {
    this.#uptime = options.uptime;
  }

  /** The app. */
  protected get uptime(): Uptime {
    if (this.#uptime === null) throw new Error('the rule of this handler gives no uptime');
    return this.#uptime;
  }

  /** As GET, without the body. */
  override head(...args: never[]): unknown {
    return this.get(...args);
  }

  override setDefaultHeaders(): void {
    this.setHeader('Content-Security-Policy', POLICY);
    this.setHeader('X-Content-Type-Options', 'nosniff');
    this.setHeader('Referrer-Policy', 'no-referrer');
  }
}
