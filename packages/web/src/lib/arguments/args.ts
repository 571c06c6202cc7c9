// The decorator for methods whose arguments have types. Must not know: where arguments come from, validators.
import { workOf } from '@typhoon/gen';
import {
  ArgumentsReader,
  describeMethod,
  type ArgumentsNotes,
  type ArgumentsOutput,
  type ArgumentsSchema,
} from './args-spec.ts';
import type { RequestHandler } from '../handler/request-handler.ts';

/** A decorator for methods that take `Output`; see `args`. */
export interface ArgumentsDecorator<Output> {
  <This extends RequestHandler, F extends (this: This, args: Output) => unknown>(
    method: F,
    context?: ClassMethodDecoratorContext<This, F>,
  ): F;
  /** For the compiler only. */
  readonly '~types'?: { readonly output: Output };
}

/** What methods behind such a decorator get. */
export type ArgsOf<D extends { readonly '~types'?: { readonly output: unknown } }> = NonNullable<
  D['~types']
>['output'];

/**
 * Before the method of a verb: it gets the request's arguments, checked and typed, in place of the path's groups. Any validator
 * of Standard Schema will do (zod, valibot, arktype): one for the arguments of all places together, or one for each of `path`,
 * `query`, `form` and `json`. What is wrong is answered 400, with every fault; `application.openapi()` describes it.
 *
 * ```ts no-run
 * const search = args({ query: z.object({ q: z.string(), page: z.coerce.number().default(1) }) })
 *
 * class Search extends RequestHandler {
 *   @search
 *   override get({ query }: ArgsOf<typeof search>) {
 *     this.write({ found: find(query.q, query.page) })
 *   }
 * }
 * ```
 */
export function args<const S extends ArgumentsSchema>(
  schema: S,
  notes: ArgumentsNotes = {},
): ArgumentsDecorator<ArgumentsOutput<S>> {
  const reader = new ArgumentsReader(schema);
  const decorate = (method: (this: RequestHandler, args: unknown) => unknown): unknown => {
    const wrapper = function (this: RequestHandler): unknown {
      const input = reader.read(this);
      if (!(input instanceof Promise)) return method.call(this, input);
      return input.then((value: unknown) => workOf(method.call(this, value)));
    };
    describeMethod(wrapper, { schema, notes });
    return wrapper;
  };
  return decorate as ArgumentsDecorator<ArgumentsOutput<S>>;
}
