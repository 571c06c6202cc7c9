// The errors of coroutines, and the old way to return a value.

/**
 * `ERR_BAD_YIELD` a coroutine yielded what cannot be waited for; `ERR_SCOPE_CLOSED` a scope that has ended was to start
 * work; `ERR_WAIT_ARGUMENTS` a WaitIterator was given more than one list or record.
 */
export type GenErrorCode = 'ERR_BAD_YIELD' | 'ERR_SCOPE_CLOSED' | 'ERR_WAIT_ARGUMENTS';

/** Root of what coroutines throw by themselves; `code` says which case it is. */
export class GenError extends Error {
  override readonly name: string = 'GenError';
  /** Which case; callers test this, never the message. */
  readonly code: GenErrorCode;

  constructor(code: GenErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Thrown into the generator that yielded it (GEN-9). */
export class BadYieldError extends GenError {
  override readonly name: string = 'BadYieldError';

  constructor(yielded: unknown) {
    super(
      'ERR_BAD_YIELD',
      `yielded unknown object ${describe(yielded)}: neither a future, a promise, a list nor a record of them`,
    );
  }
}

/** `throw new Return(value)` ends a coroutine with `value`; a plain `return` is preferred (GEN-3). */
export class Return extends Error {
  override readonly name: string = 'Return';
  /** What the coroutine's future gets. */
  readonly value: unknown;

  constructor(value: unknown = null) {
    super('a coroutine returned');
    this.value = value;
  }
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  const { constructor } = value;
  return `of class ${typeof constructor === 'function' ? constructor.name : 'unknown'}`;
}
