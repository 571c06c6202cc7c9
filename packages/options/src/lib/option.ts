// One option. Owns: its value, and what may become its value. Must not know: the other options, where text comes from.
import { readerOf, typeOfDefault } from './option-type.ts';
import { OptionsError } from './options-error.ts';
import { repr } from '@typhoon/log';
import type { OptionType, TypeValue, ValueReader } from './option-type.ts';

/** How an option is defined. */
export interface OptionDefinition {
  /** Its value until there is another. Default null, or an empty list with `multiple`. */
  readonly default?: unknown;
  /** Default: that of `default`, else `string`; whole numbers make an `integer` (OPT-3). */
  readonly type?: OptionType;
  /** What `--help` says of it. */
  readonly help?: string;
  /** What stands for the value in `--help`. Default: none. */
  readonly metavar?: string;
  /** Whether the value is a list, given with commas; whole numbers may come as `lo:hi` (OPT-8). Default false. */
  readonly multiple?: boolean;
  /** Under which heading `--help` shows it. Default: the file that defines it (OPT-17). */
  readonly group?: string;
  /** Called with the new value whenever it is parsed or set (OPT-13). */
  callback?(value: unknown): void;
}

type Widened<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends bigint
        ? bigint
        : T;

type ItemValue<D> = D extends { readonly type: infer T }
  ? TypeValue<T>
  : D extends { readonly multiple: true }
    ? string
    : D extends { readonly default: infer V }
      ? V extends null | undefined
        ? string
        : Widened<V>
      : string;

/** The value of an option so defined: null only if there is no default. */
export type OptionValue<D> = D extends { readonly multiple: true }
  ? readonly ItemValue<D>[]
  : D extends { readonly default: infer V }
    ? V extends null | undefined
      ? ItemValue<D> | null
      : ItemValue<D>
    : ItemValue<D> | null;

/** An option, and its value. */
export class Option<T = unknown> {
  /** As it was defined. */
  readonly name: string;
  /** The file that defined it. */
  readonly file: string;
  readonly group: string;
  readonly definition: OptionDefinition;
  readonly #reader: ValueReader;
  #value: T;

  constructor(name: string, definition: OptionDefinition, file: string) {
    const { default: value = null, multiple = false, type } = definition;
    this.name = name;
    this.file = file;
    this.group = definition.group ?? file;
    this.definition = definition;
    this.#reader = readerOf(type ?? (multiple ? 'string' : typeOfDefault(value)));
    this.#value = (multiple && value === null ? [] : value) as T;
  }

  /** Whether its name alone stands for true (OPT-6). */
  get isFlag(): boolean {
    return this.#reader === readerOf('boolean');
  }

  /** Whether text is parsed when it comes from a config file: everything but one string (OPT-14). */
  get parsesText(): boolean {
    return this.definition.multiple === true || this.#reader !== readerOf('string');
  }

  /** The present value. Setting it checks the type, null is always allowed (OPT-12). @throws OptionsError `ERR_OPTION_TYPE` */
  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    this.assign(value);
  }

  /** Sets a value of whatever type, if it fits. @throws OptionsError `ERR_OPTION_TYPE` */
  assign(value: unknown): void {
    const { name } = this.#reader;
    if (this.definition.multiple === true) {
      if (!Array.isArray(value) || !value.every((item) => this.#fits(item))) {
        const message = `Option ${repr(this.name)} is required to be a list of ${name}`;
        throw new OptionsError('ERR_OPTION_TYPE', message);
      }
    } else if (!this.#fits(value)) {
      const message = `Option ${repr(this.name)} is required to be a ${name} (${kindOf(value)} given)`;
      throw new OptionsError('ERR_OPTION_TYPE', message);
    }
    this.#take(value as T);
  }

  /**
   * Sets the value that a text stands for.
   *
   * @throws OptionsError `ERR_OPTION_VALUE` for text that is none; its cause is what the type said.
   */
  parse(text: string): void {
    let value: unknown;
    try {
      value = this.definition.multiple === true ? this.#parseList(text) : this.#reader.parse(text);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `Option ${repr(this.name)}: ${why}`;
      throw new OptionsError('ERR_OPTION_VALUE', message, { cause });
    }
    this.#take(value as T);
  }

  /** The default as `--help` shows it; empty for null, empty text and empty lists. */
  get defaultText(): string {
    const value = this.definition.default ?? null;
    if (value === null) return '';
    if (Array.isArray(value)) return value.map((item) => this.#reader.show(item)).join(',');
    return this.#reader.show(value);
  }

  #parseList(text: string): unknown[] {
    return text.split(',').flatMap((item) => {
      const colon = this.#reader.hasRanges ? item.indexOf(':') : -1;
      if (colon < 0) return [this.#reader.parse(item)];
      const low = Number(this.#reader.parse(item.slice(0, colon)));
      const high = item.slice(colon + 1);
      return wholeNumbers(low, high === '' ? low : Number(this.#reader.parse(high)));
    });
  }

  #fits(value: unknown): boolean {
    return value === null || this.#reader.accepts(value);
  }

  #take(value: T): void {
    this.#value = value;
    this.definition.callback?.(value);
  }
}

/** More would be a slip of the keyboard, and fill the memory. */
const LONGEST_RANGE = 1_000_000;

function wholeNumbers(low: number, high: number): number[] {
  const length = Math.max(0, high - low + 1);
  if (length > LONGEST_RANGE) {
    const message = `${low}:${high} is ${length} numbers, limit is ${LONGEST_RANGE}`;
    throw new OptionsError('ERR_OPTION_VALUE', message);
  }
  return Array.from({ length }, (_, i) => low + i);
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Array.isArray(value) ? 'list' : value.constructor.name;
}
