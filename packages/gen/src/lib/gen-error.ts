// The errors of coroutines, and the old way to return a value.

/** `ERR_BAD_YIELD`: a coroutine yielded what cannot be waited for. */
export type GenErrorCode = 'ERR_BAD_YIELD';

/** Thrown into the generator that yielded it; `code` says what is wrong (GEN-9). */
export class BadYieldError extends Error {
  override readonly name: string = 'BadYieldError';
  /** Which case; callers test this, never the message. */
  readonly code: GenErrorCode = 'ERR_BAD_YIELD';

  constructor(yielded: unknown) {
    super(
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
