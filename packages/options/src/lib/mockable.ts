// Options that a test changes for a while (OPT-19). Owns: the earlier values.
import { OptionsError } from './options-error.ts';
import { repr } from '@typhoon/log';
import { typedName, type OptionTable } from './option-table.ts';

/** The options as properties; setting one overrides it, deleting it restores it. */
export function mockableOptions(table: OptionTable): Record<string, unknown> {
  const originals = new Map<string, unknown>();
  return new Proxy<Record<string, unknown>>(
    {},
    {
      get: (_, name) => (typeof name === 'symbol' ? undefined : table.get(name).value),
      has: (_, name) => typeof name === 'string' && table.find(name) !== null,
      set(_, name, value) {
        const option = table.get(String(name));
        const key = typedName(option.name);
        if (originals.has(key)) {
          const message = `don't reuse mockable objects: ${repr(name)} is mocked already`;
          throw new OptionsError('ERR_OPTION_MOCKED', message);
        }
        const earlier = option.value;
        option.assign(value);
        originals.set(key, earlier);
        return true;
      },
      deleteProperty(_, name) {
        const key = typedName(String(name));
        if (originals.has(key)) table.get(key).assign(originals.get(key));
        return originals.delete(key);
      },
    },
  );
}
