// The blog's authors and entries, in SQLite. Owns: the schema and the queries. Must not know: HTTP, passwords.
// They answer within microseconds here, so they are called where they are needed; apps/sample has its database in the thread pool.
import Database from 'libsql';

/** Who writes. */
export interface Author {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

/** What was written. */
export interface Entry {
  readonly id: number;
  readonly slug: string;
  readonly title: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly publishedMs: number;
  readonly author: string;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS authors (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, passwordHash TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, title TEXT NOT NULL, text TEXT NOT NULL,
    publishedMs INTEGER NOT NULL, authorId INTEGER NOT NULL REFERENCES authors(id)
  );
`;
const ENTRIES = `
  SELECT entries.id, slug, title, text, publishedMs, authors.name AS author
  FROM entries JOIN authors ON authors.id = authorId
`;

/** Keeps authors and entries. */
export class BlogStore {
  readonly #database: Database.Database;

  /** @param file `:memory:` for one that is gone with the process. */
  constructor(file: string) {
    this.#database = new Database(file);
    this.#database.exec(SCHEMA);
  }

  hasAuthors(): boolean {
    return this.#database.prepare('SELECT 1 FROM authors').get() !== undefined;
  }

  addAuthor(email: string, name: string, passwordHash: string): number {
    const insert = 'INSERT INTO authors (email, name, passwordHash) VALUES (?, ?, ?)';
    return Number(this.#database.prepare(insert).run(email, name, passwordHash).lastInsertRowid);
  }

  author(id: number): Author | null {
    return this.#author('SELECT * FROM authors WHERE id = ?', id);
  }

  authorOf(email: string): Author | null {
    return this.#author('SELECT * FROM authors WHERE email = ?', email);
  }

  /** The newest first. @param limit -1 for all. */
  entries(limit: number): readonly Entry[] {
    const query = `${ENTRIES} ORDER BY publishedMs DESC, entries.id DESC LIMIT ?`;
    return this.#database.prepare(query).all(limit) as Entry[];
  }

  entryOf(slug: string): Entry | null {
    return (
      (this.#database.prepare(`${ENTRIES} WHERE slug = ?`).get(slug) as Entry | undefined) ?? null
    );
  }

  /** Adds an entry; gives its slug, which is nobody else's. */
  addEntry(title: string, text: string, authorId: number): string {
    let slug = slugOf(title);
    while (this.entryOf(slug) !== null) slug += '-2';
    const insert =
      'INSERT INTO entries (slug, title, text, publishedMs, authorId) VALUES (?, ?, ?, ?, ?)';
    this.#database.prepare(insert).run(slug, title, text, Date.now(), authorId);
    return slug;
  }

  /** The slug stays: links to it do, too. */
  changeEntry(slug: string, title: string, text: string): void {
    this.#database
      .prepare('UPDATE entries SET title = ?, text = ? WHERE slug = ?')
      .run(title, text, slug);
  }

  #author(query: string, key: string | number): Author | null {
    return (this.#database.prepare(query).get(key) as Author | undefined) ?? null;
  }
}

function slugOf(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/[^\p{ASCII}]/gu, '')
    .toLowerCase();
  return plain.match(/\w+/g)?.join('-') ?? 'entry';
}
