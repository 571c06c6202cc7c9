// A set of options: command line, config files, environment. Owns: how text finds its option, when callbacks run.
// Must not know: what a value looks like (option-type.ts), how help is laid out (help-text.ts).
//
// Tornado's rules are not those of `parseArgs` of node:util, which takes `-port=1` for five flags, `--port 1` for a value,
// and options behind the first argument that is none: what is left to do for it once these are settled is nothing.
import { carryContexts } from '@typhoon/ioloop';
import { repr } from '@typhoon/log';
import { readConfigFile, type ConfigValues } from './config-file.ts';
import { fileOfCaller } from './definer-file.ts';
import { helpText } from './help-text.ts';
import { mockableOptions } from './mockable.ts';
import { Option } from './option.ts';
import { withOptionProperties } from './option-properties.ts';
import { OptionTable, typedName } from './option-table.ts';
import { OptionsError } from './options-error.ts';
import type { OptionDefinition, OptionValue } from './option.ts';
import type { OptionType } from './option-type.ts';

/** Where help goes. */
export interface HelpStream {
  write(text: string): unknown;
}

/** What an {@link OptionParser} has of its surroundings. */
export interface OptionParserOptions {
  /** Where `--help` prints. Default `process.stderr`. */
  readonly stream?: HelpStream;
  /** Ends the program after `--help`. Default `process.exit`. */
  readonly exit?: (status: number) => never;
}

/** How a parse ends. */
export interface ParseOptions {
  /** Whether the parse callbacks run; false for all parses but the last. Default true (OPT-15). */
  readonly final?: boolean;
}

/** Options to be defined, by name. */
export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

/** The options of such definitions as properties, with the types that follow. */
export type OptionProperties<D extends OptionDefinitions> = {
  -readonly [Name in keyof D]: OptionValue<D[Name]>;
};

interface InferredDefinition<V, T, M> extends Pick<OptionDefinition, 'help' | 'metavar' | 'group'> {
  readonly default?: V;
  readonly type?: T;
  readonly multiple?: M;
  readonly callback?: (value: OptionValue<Given<V, T, M>>) => void;
}

type Given<V, T, M> = { readonly default: V; readonly multiple: M } & (T extends OptionType
  ? { readonly type: T }
  : unknown);

/**
 * A set of options. Each is a property, too, in any spelling of its name: `parser.log_file`, `parser['log-file']`,
 * `parser.logFile`. {@link OptionParser.defineAll} tells TypeScript of them. `help` is one from the start (OPT-22).
 */
export class OptionParser implements Iterable<string> {
  readonly #table = new OptionTable();
  readonly #parseCallbacks: (() => unknown)[] = [];
  readonly #stream: HelpStream;
  readonly #exit: (status: number) => never;
  /** This parser as others see it. */
  readonly #self: this;

  constructor(options: OptionParserOptions = {}) {
    this.#stream = options.stream ?? process.stderr;
    this.#exit = options.exit ?? ((status) => process.exit(status));
    const callback = (isWanted: unknown): void => {
      if (isWanted === true) this.#helpAndExit();
    };
    const help = { type: 'boolean', help: 'show this help information', callback } as const;
    this.#table.add(new Option('help', help, ''));
    this.#self = withOptionProperties(this, this.#table);
    return this.#self;
  }

  /**
   * Defines an option, and gives it: its `value` has the type that follows from the definition.
   *
   * @throws OptionsError `ERR_OPTION_DEFINED` if there is one of that name in some spelling (OPT-2).
   */
  define<
    V = null,
    const T extends OptionType | undefined = undefined,
    const M extends boolean = false,
  >(
    name: string,
    definition: InferredDefinition<V, T, M> = {},
  ): Option<OptionValue<Given<V, T, M>>> {
    return this.#add(name, definition as OptionDefinition, fileOfCaller(this, 'define'));
  }

  /**
   * Defines several options, and gives this parser with them as typed properties.
   *
   * @throws OptionsError `ERR_OPTION_DEFINED`, as `define` does.
   */
  defineAll<const D extends OptionDefinitions>(definitions: D): this & OptionProperties<D> {
    const file = fileOfCaller(this, 'defineAll');
    for (const [name, definition] of Object.entries(definitions)) this.#add(name, definition, file);
    return this.#self as this & OptionProperties<D>;
  }

  /**
   * Parses a command line: `--name=value`, or `--name` for flags. It ends at the first argument without a dash, or behind
   * `--` (OPT-5).
   *
   * @param args The program's name and its arguments. Default: those of the process.
   * @returns The arguments that are left.
   * @throws OptionsError `ERR_OPTION_UNKNOWN`, after the help is printed; `ERR_OPTION_VALUE`
   */
  parseCommandLine(
    args: readonly string[] = process.argv.slice(1),
    options: ParseOptions = {},
  ): string[] {
    const end = args.findIndex((arg, i) => i > 0 && (arg === '--' || !arg.startsWith('-')));
    const given = args.slice(1, end < 0 ? undefined : end);
    for (const arg of given) this.#parseArgument(arg.replace(/^-+/, ''));
    this.#finish(options);
    return end < 0 ? [] : args.slice(args[end] === '--' ? end + 1 : end);
  }

  /**
   * Parses environment variables: with the prefix `APP_`, `APP_LOG_FILE` is the option `log_file`. Not in Tornado.
   *
   * @throws OptionsError `ERR_OPTION_VALUE`
   */
  parseEnvironment(
    prefix: string,
    environment: Readonly<Record<string, string | undefined>> = process.env,
    options: ParseOptions = {},
  ): void {
    for (const option of this.#table.all()) {
      const variable = prefix + typedName(option.name).replaceAll('-', '_').toUpperCase();
      const text = environment[variable];
      if (text !== undefined) option.parse(text);
    }
    this.#finish(options);
  }

  /**
   * Reads a config file, a JSON file or a module, and sets the options that it names; other names are no mistake (OPT-14).
   *
   * @throws OptionsError (in the promise) `ERR_OPTION_CONFIG`, `ERR_OPTION_TYPE`, `ERR_OPTION_VALUE`
   */
  async parseConfigFile(path: string, options: ParseOptions = {}): Promise<void> {
    this.parseConfig(await readConfigFile(path), options);
  }

  /**
   * Sets options from values that were read elsewhere, as `parseConfigFile` does: text is parsed as on the command line
   * where the option wants something else.
   *
   * @throws OptionsError `ERR_OPTION_TYPE`, `ERR_OPTION_VALUE`
   */
  parseConfig(values: ConfigValues, options: ParseOptions = {}): void {
    for (const [name, value] of Object.entries(values)) {
      const option = this.#table.find(name);
      if (option === null) continue;
      if (typeof value === 'string' && option.parsesText) option.parse(value);
      else option.assign(value);
    }
    this.#finish(options);
  }

  /** Prints all options, with their defaults. */
  printHelp(stream: HelpStream = this.#stream): void {
    stream.write(helpText(process.argv[1] ?? '', this.#table.all()));
  }

  /** Has `callback` run after each parse that is final, in the stack contexts that are open now (OPT-15, 20). */
  addParseCallback(callback: () => void): void {
    this.#parseCallbacks.push(carryContexts(callback));
  }

  /** Runs the parse callbacks, in the order in which they were added. */
  runParseCallbacks(): void {
    for (const callback of this.#parseCallbacks) callback();
  }

  /** The value of an option. @throws OptionsError `ERR_OPTION_UNKNOWN` */
  get(name: string): unknown {
    return this.#table.get(name).value;
  }

  /** Sets an option. @throws OptionsError `ERR_OPTION_UNKNOWN`, `ERR_OPTION_TYPE` */
  set(name: string, value: unknown): void {
    this.#table.get(name).assign(value);
  }

  /** Whether there is an option of that name. */
  has(name: string): boolean {
    return this.#table.find(name) !== null;
  }

  /** The names, as they were defined. */
  [Symbol.iterator](): Iterator<string> {
    return this.#table
      .all()
      .map(({ name }) => name)
      .values();
  }

  /** Names and values. */
  items(): [name: string, value: unknown][] {
    return this.#table.all().map(({ name, value }) => [name, value]);
  }

  /** The names of the groups. */
  groups(): Set<string> {
    return new Set(this.#table.all().map(({ group }) => group));
  }

  /** The options of one group; of all, if its name is empty. */
  groupDict(group: string): Record<string, unknown> {
    const options = this.#table.all().filter((option) => group === '' || option.group === group);
    return Object.fromEntries(options.map(({ name, value }) => [name, value]));
  }

  /** All options and their values. */
  asDict(): Record<string, unknown> {
    return Object.fromEntries(this.items());
  }

  /** The options as properties of an object for tests: setting one overrides it, deleting it restores it (OPT-19). */
  mockable(): Record<string, unknown> {
    return mockableOptions(this.#table);
  }

  #add<T>(name: string, definition: OptionDefinition, file: string): Option<T> {
    if (name in this) {
      const message = `Option ${repr(name)} would hide a member of OptionParser`;
      throw new OptionsError('ERR_OPTION_DEFINED', message);
    }
    const option = new Option<T>(name, definition, file);
    this.#table.add(option);
    return option;
  }

  #parseArgument(arg: string): void {
    const equals = arg.indexOf('=');
    const name = equals < 0 ? arg : arg.slice(0, equals);
    const option = this.#table.find(name);
    if (option === null) {
      this.printHelp();
      const message = `Unrecognized command line option: ${repr(typedName(name))}`;
      throw new OptionsError('ERR_OPTION_UNKNOWN', message);
    }
    if (equals >= 0) option.parse(arg.slice(equals + 1));
    else if (option.isFlag) option.parse('true');
    else {
      const message = `Option ${repr(typedName(name))} requires a value`;
      throw new OptionsError('ERR_OPTION_VALUE', message);
    }
  }

  #finish({ final = true }: ParseOptions): void {
    if (final) this.runParseCallbacks();
  }

  #helpAndExit(): never {
    this.printHelp();
    return this.#exit(0);
  }
}
