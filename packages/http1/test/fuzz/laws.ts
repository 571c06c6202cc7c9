// The laws by name, each as something that is tried on one tape, and how much of a run each gets.
import {
  anythingWrittenIsRead,
  everySplitIsAlike,
  onlyOwnErrors,
  writtenIsRead,
} from './oracles.ts';
import { requestsMeanTheSame, responsesMeanTheSame, type Refusals } from './node-oracle.ts';
import { Tape } from './tape.ts';

/** One law. */
export interface Law {
  readonly name: string;
  /** Of ten cases, how many are this law's. */
  readonly share: number;
  /** Throws where the law is broken. */
  check(tapes: readonly Uint8Array[]): void | Promise<void>;
}

function each(check: (tape: Tape) => void): Law['check'] {
  return (tapes) => {
    for (const bytes of tapes) check(new Tape(bytes));
  };
}

/** All laws; what Node refuses and we do not is counted in `seen`. */
export function laws(seen: Refusals): readonly Law[] {
  return [
    { name: 'every split gives the same events', share: 3, check: each(everySplitIsAlike) },
    { name: 'nothing is thrown but own errors', share: 2, check: each(onlyOwnErrors) },
    { name: 'what was read is read again when written', share: 1, check: each(writtenIsRead) },
    { name: 'what may be written is read', share: 1, check: each(anythingWrittenIsRead) },
    {
      name: 'requests mean the same to Node',
      share: 2,
      check: each((tape) => {
        requestsMeanTheSame(tape, seen);
      }),
    },
    {
      name: 'responses mean the same to Node',
      share: 1,
      check: (tapes) =>
        responsesMeanTheSame(
          tapes.map((bytes) => new Tape(bytes)),
          seen,
        ),
    },
  ];
}
