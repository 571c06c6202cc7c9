// The options of one parser. Owns: which names are the same (OPT-1), that none is defined twice (OPT-2).
import { OptionsError } from './options-error.ts';
import { repr } from '@typhoon/log';
import type { Option } from './option.ts';

/** A name as it is typed: `log_file`, `logFile` and `log-file` are one. */
export function typedName(name: string): string {
  return name
    .replaceAll('_', '-')
    .replace(/([a-z0-9])([A-Z]+)/g, (_, before: string, hump: string) =>
      [before, hump.toLowerCase()].join('-'),
    );
}

/** Options by name, in the order of their definition. */
export class OptionTable {
  readonly #options = new Map<string, Option>();

  /** @throws OptionsError `ERR_OPTION_DEFINED` */
  add(option: Option): void {
    const name = typedName(option.name);
    const earlier = this.#options.get(name);
    if (earlier !== undefined) {
      const message = `Option ${repr(name)} already defined in ${earlier.file || 'the options package'}`;
      throw new OptionsError('ERR_OPTION_DEFINED', message);
    }
    this.#options.set(name, option);
  }

  /** The option of that name in any spelling, or null. */
  find(name: string): Option | null {
    return this.#options.get(typedName(name)) ?? null;
  }

  /** The option of that name in any spelling. @throws OptionsError `ERR_OPTION_UNKNOWN` */
  get(name: string): Option {
    const option = this.find(name);
    if (option !== null) return option;
    throw new OptionsError('ERR_OPTION_UNKNOWN', `Unrecognized option ${repr(name)}`);
  }

  /** All of them. */
  all(): Option[] {
    return [...this.#options.values()];
  }
}
