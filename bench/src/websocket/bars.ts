// What the figures are to be, in words and in numbers.
import { NAMES } from './contestants.ts';

/** A bar, and what was reached, round by round. */
export interface BarRow {
  readonly bar: string;
  readonly values: readonly number[];
  readonly most: number;
}

type Rows = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

const ECHO_MOST = [
  { ours: NAMES.epoll, theirs: NAMES.ws, most: 0.5 },
  { ours: NAMES.epoll, theirs: NAMES.uws, most: 1.3 },
  { ours: NAMES.net, theirs: NAMES.ws, most: 1 },
];
const PLAIN = 'idle: RSS bytes each';
const DEFLATE = 'idle with deflate: RSS bytes each';
/** The first is what the words say, the second what the poller benchmark looks at: whether it goes on growing. */
const AFTER = ['RSS after 18,000, over before any', 'RSS after 18,000 more, over after the first'];

/** The bars of what was measured. */
export function barRows(measured: Rows): BarRow[] {
  const rows: BarRow[] = [];
  for (const [figure, row] of measured) {
    for (const { ours, theirs, most } of figure.endsWith('CPU µs a message') ? ECHO_MOST : []) {
      const bar = `${figure}: ${ours} ≤ ${most} × ${theirs}`;
      rows.push({ bar, values: combined(row.get(ours), row.get(theirs), ratio), most });
    }
    if (figure.endsWith('CPU µs a subscriber')) {
      const bar = `${figure}: ${NAMES.epoll} ≤ 0.35 × ${NAMES.ws}`;
      const values = combined(row.get(NAMES.epoll), row.get(NAMES.ws), ratio);
      rows.push({ bar, values, most: 0.35 });
    }
    if (figure === PLAIN) {
      const values = row.get(NAMES.epoll) ?? [];
      rows.push({ bar: `${figure}: ${NAMES.epoll} ≤ 1024`, values, most: 1024 });
    }
    if (figure === DEFLATE && measured.has(PLAIN)) {
      const plain = measured.get(PLAIN)?.get(NAMES.epoll);
      const values = combined(row.get(NAMES.epoll), plain, (ours, without) => ours - without);
      rows.push({ bar: `${figure}: ${NAMES.epoll} ≤ 1024 more than without`, values, most: 1024 });
    }
    if (AFTER.includes(figure)) {
      const values = row.get(NAMES.epoll) ?? [];
      rows.push({ bar: `${figure}: ${NAMES.epoll} ≤ 1.1`, values, most: 1.1 });
    }
  }
  return rows;
}

const ratio = (ours: number, theirs: number): number => ours / theirs;

function combined(
  ours: readonly number[] = [],
  theirs: readonly number[] = [],
  how: (ours: number, theirs: number) => number,
): number[] {
  return ours.map((value, round) => how(value, theirs[round] ?? Number.NaN));
}
