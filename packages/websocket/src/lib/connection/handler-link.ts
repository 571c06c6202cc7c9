// What a connection knows of its handler. Owns: which of the handler's methods hears what.
import { isThenable } from '@typhoon/ioloop';
import { appLog } from '@typhoon/log';
import type { DrainListener } from '@typhoon/httpserver';
import type { ConnectionOwner } from './websocket-connection.ts';

/** All that is asked of a handler here. */
export interface LinkedHandler {
  closeCode: number | null;
  closeReason: string | null;
  onMessage(message: string | Buffer): unknown;
  onPing(data: Buffer): unknown;
  onPong(data: Buffer): unknown;
  onClose(): unknown;
  logException(error: unknown): void;
  readonly wsConnection: { close(code: number, reason: string): void } | null;
}

/** Between one connection and its handler. */
export class HandlerLink<H extends LinkedHandler> implements ConnectionOwner, DrainListener {
  readonly #handler: H;
  readonly #forget: (handler: H) => void;

  /** @param forget The handler has no connection any more; one function for all handlers. */
  constructor(handler: H, forget: (handler: H) => void) {
    this.#handler = handler;
    this.#forget = forget;
  }

  onMessage(message: string | Buffer): unknown {
    return this.#handler.onMessage(message);
  }

  onPing(data: Buffer): unknown {
    return this.#handler.onPing(data);
  }

  onPong(data: Buffer): unknown {
    return this.#handler.onPong(data);
  }

  /** The server drains. */
  onDrain(): void {
    this.#handler.wsConnection?.close(1001, 'server is going away');
  }

  onFailure(error: unknown): void {
    try {
      this.#handler.logException(error);
    } catch (reason) {
      appLog.error('Error in exception logger', reason);
    }
  }

  onConnectionEnd(code: number | null, reason: string | null): void {
    this.#forget(this.#handler);
    this.#handler.closeCode = code;
    this.#handler.closeReason = reason;
    try {
      const returned = this.#handler.onClose();
      if (isThenable(returned)) {
        returned.then(undefined, (error: unknown) => {
          this.onFailure(error);
        });
      }
    } catch (error) {
      this.onFailure(error);
    }
  }
}
