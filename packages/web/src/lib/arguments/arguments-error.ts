// The 400 of a request whose arguments are not as they have to be.
import { HTTPError } from '../errors/http-error.ts';

/** Where arguments come from; `arguments` for all places together. */
export type ArgumentPlace = 'path' | 'query' | 'form' | 'json' | 'arguments';

/** One thing that is wrong with a request. */
export interface ArgumentFault {
  readonly in: ArgumentPlace;
  /** Where in there: keys from the outside in. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Answers 400, with every fault. */
export class ArgumentsError extends HTTPError {
  override readonly name: string = 'ArgumentsError';
  /** All of them. */
  readonly faults: readonly ArgumentFault[];

  constructor(faults: readonly ArgumentFault[]) {
    super(400, 'Invalid arguments: %s', [faults.map(faultText).join('; ')]);
    this.faults = faults;
  }

  /** For the client: a problem report (RFC 9457), whose `errors` are the faults. */
  toProblem(): object {
    return { title: this.reason ?? 'Bad Request', status: this.statusCode, errors: this.faults };
  }
}

function faultText({ in: place, path, message }: ArgumentFault): string {
  return `${[place, ...path].join('.')}: ${message}`;
}
