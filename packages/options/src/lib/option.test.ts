import { describe, expect, it } from 'vitest';

import { OptionParser } from './option-parser.ts';
import type { OptionDefinition } from './option.ts';

/** What an option so defined makes of a text. */
function parsed(definition: OptionDefinition, text: string): unknown {
  const options = new OptionParser().defineAll({ x: definition });
  options.parseCommandLine(['main', `--x=${text}`]);
  return options.get('x');
}

const badValue = expect.objectContaining({ code: 'ERR_OPTION_VALUE' }) as Error;

describe('the type of an option', () => {
  it.each([
    ['of its default', { default: 80 }, '5', 5],
    ['of its default', { default: 0.5 }, '1.5', 1.5],
    ['of its default', { default: true }, 'no', true],
    ['of its default', { default: new URL('http://a/') }, 'http://b/', new URL('http://b/')],
    ['of its default', { default: 5n }, '12345678901234567890', 12345678901234567890n],
    ['string without one', {}, '5', '5'],
    ['string with null as default', { default: null }, '5', '5'],
    ['string if it is a list', { default: [80], multiple: true }, '5', ['5']],
  ])('is that %s (OPT-3)', (_, definition, text, value) => {
    expect(parsed(definition, text)).toEqual(value);
  });

  it('tells whole numbers from others (OPT-9)', () => {
    expect(parsed({ type: 'integer' }, ' -12 ')).toBe(-12);
    expect(parsed({ type: 'number' }, '-1.5e3')).toBe(-1500);
    expect(parsed({ type: Number }, 'inf')).toBe(Infinity);
    for (const text of ['1.5', '', 'x', '0x10', '9007199254740993']) {
      expect(() => parsed({ type: 'integer' }, text)).toThrow(badValue);
    }
    for (const text of ['', ' ', 'x', '1,5']) {
      expect(() => parsed({ type: 'number' }, text)).toThrow(badValue);
    }
  });

  it('may be a class or any function that takes the text (OPT-9)', () => {
    expect(parsed({ type: URL }, 'http://a/b')).toEqual(new URL('http://a/b'));
    expect(parsed({ type: (text: string) => text.length }, 'abc')).toBe(3);
    expect(parsed({ type: String }, 'abc')).toBe('abc');
    expect(parsed({ type: Boolean }, 'false')).toBe(false);
    expect(parsed({ type: Date }, '2026-01-31')).toEqual(new Date(2026, 0, 31));
  });

  it('wraps what a class or function throws, with the name of the option', () => {
    expect(() => parsed({ type: URL }, 'a b')).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTION_VALUE',
        message: "Option 'x': Invalid URL",
        cause: expect.any(TypeError) as unknown,
      }),
    );
  });

  it.each(['false', 'False', '0', 'f', 'F'])('boolean takes %s for false (OPT-7)', (text) => {
    expect(parsed({ type: 'boolean' }, text)).toBe(false);
  });

  it.each(['true', '1', 'no', ''])('boolean takes %j for true (OPT-7)', (text) => {
    expect(parsed({ type: 'boolean' }, text)).toBe(true);
  });
});

describe('a list', () => {
  it.each([
    [{ multiple: true }, 'a,b', ['a', 'b']],
    [{ multiple: true }, 'a:b', ['a:b']],
    [{ multiple: true }, '', ['']],
    [{ multiple: true, type: 'integer' }, '1,3,5:7', [1, 3, 5, 6, 7]],
    [{ multiple: true, type: 'integer' }, '5:', [5]],
    [{ multiple: true, type: 'integer' }, '7:5', []],
    [{ multiple: true, type: 'number' }, '1.5,2', [1.5, 2]],
  ] as const)('so defined: %j, makes of %j: %j (OPT-8)', (definition, text, values) => {
    expect(parsed(definition, text)).toEqual(values);
  });

  it('is empty unless there is a default (OPT-8)', () => {
    const options = new OptionParser().defineAll({
      a: { multiple: true },
      b: { multiple: true, type: 'integer', default: [1] },
    });
    expect([options.a, options.b]).toEqual([[], [1]]);
  });

  it.each(['1:2:3', 'a:3', '1:b', '0:9999999999'])('refuses the range %s', (text) => {
    expect(() => parsed({ multiple: true, type: 'integer' }, text)).toThrow(badValue);
  });
});

describe('a date', () => {
  it.each([
    ['Mon Jan 28 14:43:22 2013', new Date(2013, 0, 28, 14, 43, 22)],
    ['2013-01-28 14:43:22', new Date(2013, 0, 28, 14, 43, 22)],
    ['2013-01-28 14:43', new Date(2013, 0, 28, 14, 43)],
    ['2013-01-28T14:43', new Date(2013, 0, 28, 14, 43)],
    ['20130128 14:43:22', new Date(2013, 0, 28, 14, 43, 22)],
    ['20130128 14:43', new Date(2013, 0, 28, 14, 43)],
    ['2013-01-28', new Date(2013, 0, 28)],
    ['20130128', new Date(2013, 0, 28)],
    ['14:43:22', new Date(1900, 0, 1, 14, 43, 22)],
    ['14:43', new Date(1900, 0, 1, 14, 43)],
    ['2024-2-29', new Date(2024, 1, 29)],
  ])('may be typed as %s (OPT-10)', (text, date) => {
    expect(parsed({ type: 'date' }, text)).toEqual(date);
  });

  it.each(['', 'tomorrow', '2013-02-29', '2013-13-01', '25:00', '2013-01-28 14:43 x'])(
    'may not be typed as %j (OPT-10)',
    (text) => {
      expect(() => parsed({ type: 'date' }, text)).toThrow(
        expect.objectContaining({
          code: 'ERR_OPTION_VALUE',
          message: `Option 'x': Unrecognized date/time format: '${text}'`,
        }),
      );
    },
  );
});

describe('a duration', () => {
  it.each([
    ['1h', 3_600_000],
    ['1 hours', 3_600_000],
    ['1h30m', 5_400_000],
    ['1h 5min', 3_900_000],
    ['2 s', 2000],
    ['3sec', 3000],
    ['7ms', 7],
    ['50us', 0.05],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1.5 minutes', 90_000],
    ['-.5e1s', -5000],
    ['15', 15_000],
    ['', 0],
  ])('typed as %j is %d ms (OPT-11)', (text, ms) => {
    expect(parsed({ type: 'duration' }, text)).toBe(ms);
  });

  it.each(['x', '1 fortnight', '1h x', 'h'])('may not be typed as %j (OPT-11)', (text) => {
    expect(() => parsed({ type: 'duration' }, text)).toThrow(badValue);
  });
});

describe('assigning to an option', () => {
  const options = new OptionParser().defineAll({
    port: { default: 80 },
    when: { type: 'date' },
    ids: { type: 'integer', multiple: true },
    any: { type: (text: string) => text },
  });
  const wrongType = (message: string): Error =>
    expect.objectContaining({ code: 'ERR_OPTION_TYPE', message }) as Error;

  it('takes values of its type and null (OPT-12)', () => {
    for (const [name, value] of [
      ['port', 1],
      ['port', null],
      ['when', new Date()],
      ['when', null],
      ['ids', [1, null]],
      ['any', { a: 1 }],
    ] as const) {
      options.set(name, value);
      expect(options.get(name)).toBe(value);
    }
  });

  it('refuses values of other types, and keeps what it had (OPT-12)', () => {
    options.set('port', 5);
    expect(() => {
      options.set('port', '80');
    }).toThrow(wrongType("Option 'port' is required to be a integer (string given)"));
    expect(() => {
      options.set('when', 0);
    }).toThrow(wrongType("Option 'when' is required to be a Date (number given)"));
    expect(() => {
      options.set('port', [1]);
    }).toThrow(wrongType("Option 'port' is required to be a integer (list given)"));
    expect(options.port).toBe(5);
  });

  it.each([[1], [['1']], ['1,2']])(
    'refuses %j where a list of another type is due (OPT-12)',
    (value) => {
      expect(() => {
        options.set('ids', value);
      }).toThrow(wrongType("Option 'ids' is required to be a list of integer"));
    },
  );
});
