// %-formatting of messages: %s %r %d and a few more. Owns: what counts as a placeholder, and how each shows its value.
// Must not know: records, what becomes of a message that cannot be formatted.
import { display, repr } from './repr.ts';

/** What stands between the % and the letter, and the letter. */
export interface FormatSpec {
  readonly flags: string;
  readonly width: number;
  /** -1 if none was given. */
  readonly precision: number;
  readonly type: string;
}

// No space flag, unlike Python: "100% done" is text.
const PLACEHOLDER = /%(?:%|([-+0#]*)(\d{0,3})(?:\.(\d{1,2}))?([sradiufFexXoc]))/g;

/** How many arguments the template takes; `%%` takes none. */
export function countPlaceholders(template: string): number {
  let count = 0;
  for (const match of template.matchAll(PLACEHOLDER)) if (match[0] !== '%%') count++;
  return count;
}

/**
 * Fills the placeholders of `template` in order.
 *
 * @throws TypeError if the arguments are too few, too many, or no number where one is needed. Whatever a `toString` of an
 *   argument throws comes through.
 */
export function percentFormat(template: string, args: readonly unknown[]): string {
  let next = 0;
  const fill = (match: string, ...groups: (string | undefined)[]): string => {
    if (match === '%%') return '%';
    if (next === args.length) throw new TypeError('not enough arguments for the message');
    return formatValue(formatSpec(groups[0], groups[1], groups[2], groups[3]), args[next++]);
  };
  const text = template.replace(PLACEHOLDER, fill);
  if (next !== args.length) {
    throw new TypeError(`${args.length} arguments for ${next} placeholders`);
  }
  return text;
}

/** The parts of a matched placeholder as a spec. */
export function formatSpec(flags = '', width = '', precision = '', type = 's'): FormatSpec {
  return {
    flags,
    width: Number(width),
    precision: precision === '' ? -1 : Number(precision),
    type,
  };
}

/** One value as its placeholder wants it. */
export function formatValue(spec: FormatSpec, value: unknown): string {
  const isNumber = 'diufFexXo'.includes(spec.type);
  const text = isNumber ? numberText(spec, value) : wordText(spec, value);
  if (text.length >= spec.width) return text;
  if (spec.flags.includes('-')) return text.padEnd(spec.width);
  if (!isNumber || !spec.flags.includes('0')) return text.padStart(spec.width);
  const sign = /^[-+]?(?:0[xXo])?/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(spec.width - sign.length, '0');
}

function wordText(spec: FormatSpec, value: unknown): string {
  if (spec.type === 'c') {
    return typeof value === 'number' ? String.fromCodePoint(value) : display(value);
  }
  const text = spec.type === 's' ? display(value) : repr(value);
  return spec.precision < 0 ? text : text.slice(0, spec.precision);
}

const BASES: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  x: [16, '0x'],
  X: [16, '0x'],
  o: [8, '0o'],
};

function numberText(spec: FormatSpec, value: unknown): string {
  const number = typeof value === 'boolean' ? Number(value) : value;
  if (typeof number !== 'number' && typeof number !== 'bigint') {
    throw new TypeError(`%${spec.type} needs a number, not ${typeof value}`);
  }
  const text = unsignedText(spec, number < 0 ? -number : number);
  if (number < 0) return `-${text}`;
  return spec.flags.includes('+') ? `+${text}` : text;
}

function unsignedText(spec: FormatSpec, number: number | bigint): string {
  if (spec.type === 'f' || spec.type === 'F') return Number(number).toFixed(digits(spec));
  if (spec.type === 'e') return Number(number).toExponential(digits(spec));
  const whole = typeof number === 'bigint' ? number : BigInt(Math.trunc(number)); // NaN: RangeError
  const [base, prefix] = BASES[spec.type] ?? [10, ''];
  const text = (spec.flags.includes('#') ? prefix : '') + whole.toString(base);
  return spec.type === 'X' ? text.toUpperCase() : text;
}

function digits(spec: FormatSpec): number {
  return spec.precision < 0 ? 6 : spec.precision;
}
