// What all handlers of the app share.
import { RequestHandler } from '@typhoon/web';
import type { Uptime } from '../uptime.ts';

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
    this.setHeader('X-Content-Type-Options', 'nosniff');
    this.setHeader('Referrer-Policy', 'no-referrer');
    this.setHeader('Content-Security-Policy', "default-src 'self'; img-src 'self' data:");
  }
}
