// The types that an option can have (OPT-9). Owns: how text becomes a value, which values are of the type, its name.
// Must not know: options, where text comes from.
import { parseDate } from './date-text.ts';
import { durationText, parseDuration } from './duration-text.ts';
import { OptionsError } from './options-error.ts';
import { repr } from '@typhoon/log';

/** What the named types give. A duration is a number of milliseconds. */
export interface NamedTypes {
  readonly string: string;
  readonly number: number;
  readonly integer: number;
  readonly boolean: boolean;
  readonly date: Date;
  readonly duration: number;
}

/**
 * A type: a name, one of JavaScript's own `String`, `Number`, `Boolean`, `Date`, or any function or class that takes the
 * text. What a function gives cannot be told from other values, so assigning to such an option checks nothing.
 */
export type OptionType =
  keyof NamedTypes | ((text: string) => unknown) | (new (text: string) => unknown);

/** The value that a type gives. */
export type TypeValue<T> = T extends keyof NamedTypes
  ? NamedTypes[T]
  : T extends DateConstructor
    ? Date
    : T extends (text: string) => infer V
      ? V
      : T extends new (text: string) => infer V
        ? V
        : string;

/** A type at work. */
export interface ValueReader {
  /** As in `is required to be a …`. */
  readonly name: string;
  /** Whether `lo:hi` stands for several values. */
  readonly hasRanges: boolean;
  /** @throws OptionsError `ERR_OPTION_VALUE`, or what the user's own function throws. */
  parse(text: string): unknown;
  accepts(value: unknown): boolean;
  /** How a default is shown. */
  show(value: unknown): string;
}

/** The reader of a type. */
export function readerOf(type: OptionType): ValueReader {
  if (typeof type === 'string') return NAMED[type];
  return OWN.get(type) ?? (isClass(type) ? classReader(type) : functionReader(type));
}

/** The type of a default value, for options that name none (OPT-3). */
export function typeOfDefault(value: unknown): OptionType {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'bigint') return BigInt;
  if (typeof value !== 'object' || value === null) return 'string';
  return value.constructor as OptionType;
}

const NAMED: Readonly<Record<keyof NamedTypes, ValueReader>> = {
  string: reader('string', (text) => text, isA('string'), String),
  number: reader('number', parseNumber, isA('number'), String),
  integer: reader('integer', parseInteger, Number.isInteger, String, true),
  boolean: reader('boolean', parseBoolean, isA('boolean'), String),
  date: reader('Date', parseDate, (value) => value instanceof Date, dateText),
  duration: reader('duration in milliseconds', parseDuration, isA('number'), (value) =>
    typeof value === 'number' ? durationText(value) : String(value),
  ),
};

const OWN: ReadonlyMap<unknown, ValueReader> = new Map<unknown, ValueReader>([
  [String, NAMED.string],
  [Number, NAMED.number],
  [Boolean, NAMED.boolean],
  [Date, NAMED.date],
  [BigInt, reader('bigint', parseBigInt, isA('bigint'), String)],
]);

function reader(
  name: string,
  parse: ValueReader['parse'],
  accepts: ValueReader['accepts'],
  show: ValueReader['show'],
  hasRanges = false,
): ValueReader {
  return { name, hasRanges, parse, accepts, show };
}

function isA(kind: string): (value: unknown) => boolean {
  return (value) => typeof value === kind;
}

function isClass(type: unknown): type is new (text: string) => unknown {
  return typeof type === 'function' && /^class\b/.test(Function.prototype.toString.call(type));
}

function classReader(type: new (text: string) => unknown): ValueReader {
  const accepts = (value: unknown): boolean => value instanceof type;
  return reader(type.name, (text) => new type(text), accepts, String);
}

function functionReader(type: OptionType): ValueReader {
  const parse = type as (text: string) => unknown;
  return reader(parse.name || 'value', parse, () => true, String);
}

/** OPT-7 */
function parseBoolean(text: string): boolean {
  return !['false', '0', 'f'].includes(text.toLowerCase());
}

function parseNumber(text: string): number {
  const number = Number(text.trim().replace(/^([-+]?)inf(inity)?$/i, '$1Infinity'));
  if (text.trim() === '' || (Number.isNaN(number) && text.trim().toLowerCase() !== 'nan')) {
    throw new OptionsError('ERR_OPTION_VALUE', `${repr(text)} is no number`);
  }
  return number;
}

function parseInteger(text: string): number {
  const number = Number(text);
  if (!/^\s*[-+]?\d+\s*$/.test(text) || !Number.isSafeInteger(number)) {
    throw new OptionsError('ERR_OPTION_VALUE', `${repr(text)} is no whole number`);
  }
  return number;
}

function parseBigInt(text: string): bigint {
  if (!/^\s*-?\d+\s*$/.test(text)) {
    throw new OptionsError('ERR_OPTION_VALUE', `${repr(text)} is no whole number`);
  }
  return BigInt(text);
}

function dateText(value: unknown): string {
  if (!(value instanceof Date)) return String(value);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = [value.getFullYear(), two(value.getMonth() + 1), two(value.getDate())].join('-');
  return `${day} ${[value.getHours(), value.getMinutes(), value.getSeconds()].map(two).join(':')}`;
}
