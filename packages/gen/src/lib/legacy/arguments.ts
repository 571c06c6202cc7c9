// What a callback was called with, as one value (GEN-31).

/** Several arguments, where a single result is asked for. */
export class Arguments {
  /** As they were given. */
  readonly args: readonly unknown[];

  constructor(args: readonly unknown[]) {
    this.args = args;
  }
}

/** Null for none, the argument for one, `Arguments` for several. */
export function asOne(args: readonly unknown[]): unknown {
  return args.length > 1 ? new Arguments(args) : (args[0] ?? null);
}
