import { describe, expect, expectTypeOf, it } from 'vitest';

import { OptionParser } from './option-parser.ts';

describe('an option parser', () => {
  it('has its options as properties, readable and writable in any spelling (OPT-1)', () => {
    const options = new OptionParser().defineAll({ log_file: { default: 'a' } });
    options.log_file = 'b';
    const bySpelling = ['log_file', 'log-file', 'logFile'].map((name) => options.get(name));
    expect([options.log_file, ...bySpelling]).toEqual(['b', 'b', 'b', 'b']);
    options.set('log-file', 'c');
    expect(options.log_file).toBe('c');
  });

  it('tells names as they were defined (OPT-1)', () => {
    const options = new OptionParser().defineAll({ log_file: {}, intervalMs: { default: 1 } });
    expect(options.items()).toEqual([
      ['help', null],
      ['log_file', null],
      ['intervalMs', 1],
    ]);
    expect(options.asDict()).toEqual({ help: null, log_file: null, intervalMs: 1 });
    expect(JSON.parse(JSON.stringify(options.asDict()))).toEqual(options.asDict());
  });

  it.each(['port_a', 'port-a', 'portA'])('refuses %s if port_a is defined (OPT-2)', (name) => {
    const options = new OptionParser();
    options.define('port_a');
    expect(() => options.define(name)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_DEFINED',
        message: `Option 'port-a' already defined in ${import.meta.filename}`,
      }),
    );
  });

  it('refuses a name that would hide one of its members', () => {
    expect(() => new OptionParser().define('items')).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_DEFINED' }),
    );
  });

  it('fails where an option that is not defined is read or set (OPT-4)', () => {
    const options = new OptionParser() as OptionParser & { foo: unknown };
    const unknown = expect.objectContaining({
      code: 'ERR_OPTION_UNKNOWN',
      message: "Unrecognized option 'foo'",
    }) as Error;
    expect(() => options.foo).toThrow(unknown);
    expect(() => (options.foo = 1)).toThrow(unknown);
    expect(() => options.get('foo')).toThrow(unknown);
    expect(() => {
      options.set('foo', 1);
    }).toThrow(unknown);
  });

  it('can be awaited and asked what it has without failing', async () => {
    const options = new OptionParser().defineAll({ log_file: {} });
    expect(await Promise.resolve(options)).toBe(options);
    expect([options.has('log-file'), options.has('foo')]).toEqual([true, false]);
    expect(['log_file' in options, 'define' in options, 'foo' in options]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('puts an option into the group of the file that defines it (OPT-17)', () => {
    const options = new OptionParser();
    options.define('a');
    options.defineAll({ b: {}, c: { group: 'network' } });
    expect(options.groups()).toEqual(new Set(['', import.meta.filename, 'network']));
    expect(options.groupDict(import.meta.filename)).toEqual({ a: null, b: null });
    expect(options.groupDict('network')).toEqual({ c: null });
    expect(options.groupDict('')).toEqual(options.asDict());
  });

  it('has help among its options (OPT-22)', () => {
    const options = new OptionParser().defineAll({ a: {} });
    expect([...options]).toEqual(['help', 'a']);
    expect(options.items().map(([name]) => name)).toContain('help');
    expect(options.asDict()).toHaveProperty('help');
    expect(options.groupDict('')).toHaveProperty('help');
  });

  it('knows the types of its options', () => {
    const options = new OptionParser().defineAll({
      port: { default: 8888 },
      name: {},
      debug: { default: false },
      ratio: { type: 'number' },
      since: { type: Date, default: new Date(0) },
      base: { type: URL },
      size: { type: (text: string) => BigInt(text) },
      tags: { multiple: true },
      ids: { type: 'integer', multiple: true },
      pauseMs: { type: 'duration', default: 5 },
      label: { default: null },
    });
    expectTypeOf(options.port).toEqualTypeOf<number>();
    expectTypeOf(options.name).toEqualTypeOf<string | null>();
    expectTypeOf(options.debug).toEqualTypeOf<boolean>();
    expectTypeOf(options.ratio).toEqualTypeOf<number | null>();
    expectTypeOf(options.since).toEqualTypeOf<Date>();
    expectTypeOf(options.base).toEqualTypeOf<URL | null>();
    expectTypeOf(options.size).toEqualTypeOf<bigint | null>();
    expectTypeOf(options.tags).toEqualTypeOf<readonly string[]>();
    expectTypeOf(options.ids).toEqualTypeOf<readonly number[]>();
    expectTypeOf(options.pauseMs).toEqualTypeOf<number>();
    expectTypeOf(options.label).toEqualTypeOf<string | null>();
    // @ts-expect-error: a number it is
    expect(() => (options.port = '80')).toThrow();
    expect(options.port).toBe(8888);
  });

  it('gives an option with a typed value where it defines one', () => {
    const options = new OptionParser();
    const port = options.define('port', { default: 8888 });
    const ids = options.define('ids', { type: 'integer', multiple: true });
    const day = options.define('day', {
      type: Date,
      callback: (value) => {
        expectTypeOf(value).toEqualTypeOf<Date | null>();
      },
    });
    expectTypeOf(port.value).toEqualTypeOf<number>();
    expectTypeOf(ids.value).toEqualTypeOf<readonly number[]>();
    expectTypeOf(day.value).toEqualTypeOf<Date | null>();
    options.parseCommandLine(['main', '--port=1', '--ids=4:6']);
    expect([port.value, ids.value, day.value]).toEqual([1, [4, 5, 6], null]);
  });
});
