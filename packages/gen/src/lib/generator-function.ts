// What all generator functions have in common.
// HOT: `pnpm bench gen` (asked of a function once, instead of its generators at each call)

interface GeneratorFunctionPrototype {
  readonly prototype: {
    readonly next: (this: Generator<unknown, unknown, unknown>) => IteratorResult<unknown, unknown>;
  };
}

const generatorFunctionPrototype = Object.getPrototypeOf(function* () {
  yield;
}) as GeneratorFunctionPrototype;

/** The `next` of every generator: a look-up in each costs more the more generator functions there are. */
export const next: GeneratorFunctionPrototype['prototype']['next'] =
  generatorFunctionPrototype.prototype.next;

/** Whether each call of `fn` gives a generator. */
export function isGeneratorFunction(fn: object): boolean {
  return Object.getPrototypeOf(fn) === generatorFunctionPrototype;
}
