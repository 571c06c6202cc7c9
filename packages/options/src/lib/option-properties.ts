// Options as properties of their parser. Owns: the proxy. A member of the parser comes before an option, and no option can
// be defined under the name of a member.
import type { OptionTable } from './option-table.ts';

/** What the language itself asks any object for; it must not be told that there is no such option. */
const ASKED_BY_LANGUAGE = ['then', 'toJSON'];

/** `target` with the options of `table` as properties, readable and writable; others are an error (OPT-4). */
export function withOptionProperties<P extends object>(target: P, table: OptionTable): P {
  const isMember = (name: string | symbol): name is symbol =>
    typeof name === 'symbol' || name in target;
  return new Proxy(target, {
    get(parser, name) {
      if (isMember(name)) return bound(parser, Reflect.get(parser, name, parser));
      return ASKED_BY_LANGUAGE.includes(name) ? undefined : table.get(name).value;
    },
    set(parser, name, value) {
      if (isMember(name)) return Reflect.set(parser, name, value, parser);
      table.get(name).assign(value);
      return true;
    },
    has: (_parser, name) => isMember(name) || table.find(name) !== null,
  });
}

/** Methods run on the parser itself, which has the private fields; so they can also be taken off it. */
function bound(parser: object, member: unknown): unknown {
  return typeof member === 'function' ? member.bind(parser) : member;
}
