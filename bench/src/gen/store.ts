// The stage of bluebird's doxbee benchmark, in our own words: a database and a blob store whose operations take callbacks
// and answer in the loop's next turn, all that were asked in one turn together. Each system lifts them its own way.

/** How an operation answers. */
export type Done<T> = (error: Error | null, value: T) => void;

/** One file as the database knows it. */
export interface FileRow {
  readonly name: string;
  readonly folder: string;
  readonly version: string;
}

/** Whatever the operations ask for and answer. */
export interface Blob {
  readonly id: string;
}

const asked: (() => void)[] = [];

function answerLater<T>(done: Done<T>, value: T): void {
  asked.push(() => {
    done(null, value);
  });
  if (asked.length === 1) setImmediate(answerAll);
}

function answerAll(): void {
  for (const answer of asked.splice(0)) answer();
}

/** Stores bytes. */
export function putBlob(name: string, done: Done<Blob>): void {
  answerLater(done, { id: `blob of ${name}` });
}

/** Looks a file up; there is none. */
export function findFile(_path: string, done: Done<FileRow | null>): void {
  answerLater(done, null);
}

/** The folder of a path. */
export function openFolder(path: string, done: Done<string>): void {
  answerLater(done, path);
}

/** One change in a transaction. */
export function execute(statement: Statement, done: Done<number>): void {
  answerLater(done, statement.transaction.add(statement.kind));
}

/** Ends a transaction. */
export function commit(transaction: Transaction, done: Done<number>): void {
  answerLater(done, transaction.changes);
}

/** Undoes a transaction. */
export function rollback(transaction: Transaction, done: Done<number>): void {
  answerLater(done, -transaction.changes);
}

/** What `execute` does. */
export interface Statement {
  readonly transaction: Transaction;
  readonly kind: string;
  readonly row: object;
}

/** Counts its changes. */
export class Transaction {
  changes = 0;

  /** Answers how many there are now. */
  add(kind: string): number {
    if (kind === '') throw new Error('a statement of no kind');
    return ++this.changes;
  }
}

/** The version of a file that an upload makes. */
export function versionOf(blob: Blob, previous: string | null): { readonly id: string } {
  return { id: `${blob.id} after ${previous ?? 'none'}` };
}

/** The file that an upload makes where there was none. */
export function fileAt(path: string, folder: string, version: string): FileRow {
  return { name: path.slice(path.lastIndexOf('/') + 1), folder, version };
}
