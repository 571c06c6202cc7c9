// What the compiler knows of arguments; `tsc` checks it.
import { type } from 'arktype';
import * as v from 'valibot';
import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { RequestHandler } from '../handler/request-handler.ts';
import { args, type ArgsOf } from './args.ts';

test('the arguments of methods have the types that validators give', () => {
  const listing = args({
    path: z.object({ id: z.coerce.number() }),
    query: v.object({ q: v.optional(v.string(), '') }),
    json: type({ 'name?': 'string' }),
  });
  const flat = args(z.object({ page: z.coerce.number() }));

  expectTypeOf<ArgsOf<typeof listing>>().toExtend<{
    readonly path: { id: number };
    readonly query: { q: string };
    readonly json: { name?: string };
  }>();
  expectTypeOf<ArgsOf<typeof flat>>().toEqualTypeOf<{ page: number }>();

  class Right extends RequestHandler {
    @listing
    override get({ path, query }: ArgsOf<typeof listing>): void {
      expectTypeOf(path.id).toBeNumber();
      expectTypeOf(query.q).toBeString();
    }
    @flat
    override post({ page }: { page: number }): void {
      expectTypeOf(page).toBeNumber();
    }
    @flat
    override async put(): Promise<void> {
      // takes nothing of it
    }
  }

  class Wrong extends RequestHandler {
    // @ts-expect-error -- the page is a number
    @flat
    override get({ page }: { page: string }): void {
      this.write(page);
    }
    // @ts-expect-error -- there is no such argument
    @flat
    override post({ missing }: { missing: number }): void {
      this.write(String(missing));
    }
  }

  expectTypeOf(new Right({} as never, {} as never)).toExtend<RequestHandler>();
  expectTypeOf(new Wrong({} as never, {} as never)).toExtend<RequestHandler>();
});
