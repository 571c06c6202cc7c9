// The errors of yield points.
import { repr } from '@typhoon/log';

/**
 * `ERR_KEY_REUSE` a key is pending already; `ERR_UNKNOWN_KEY` a key was waited for that is not pending;
 * `ERR_LEAKED_CALLBACK` a coroutine ended without waiting for its callbacks.
 */
export type YieldPointErrorCode = 'ERR_KEY_REUSE' | 'ERR_UNKNOWN_KEY' | 'ERR_LEAKED_CALLBACK';

/** Root of what is wrong with the keys of `Callback` and `Wait`; `code` says which case it is. */
export class YieldPointError extends Error {
  override readonly name: string = 'YieldPointError';
  /** Which case; callers test this, never the message. */
  readonly code: YieldPointErrorCode;

  constructor(code: YieldPointErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The key of a `Callback` is pending already (GEN-32). */
export class KeyReuseError extends YieldPointError {
  override readonly name: string = 'KeyReuseError';

  constructor(key: unknown) {
    super('ERR_KEY_REUSE', `key ${repr(key)} is already pending`);
  }
}

/** No `Callback` has the key that a `Wait` is for (GEN-32). */
export class UnknownKeyError extends YieldPointError {
  override readonly name: string = 'UnknownKeyError';

  constructor(key: unknown) {
    super('ERR_UNKNOWN_KEY', `key ${repr(key)} is not pending`);
  }
}

/** A coroutine ended without waiting for callbacks that it had made (GEN-33). */
export class LeakedCallbackError extends YieldPointError {
  override readonly name: string = 'LeakedCallbackError';

  constructor(keys: readonly unknown[]) {
    super('ERR_LEAKED_CALLBACK', `finished without waiting for callbacks ${repr(keys)}`);
  }
}
