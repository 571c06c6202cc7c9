// The database of one worker thread: its tables, and one connection to each file, kept for the next task.
import Database from 'libsql';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sites (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS results (
    site_id INTEGER NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    started_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    status INTEGER,
    latency_ms REAL NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (site_id, started_at)
  ) WITHOUT ROWID;
  -- Counted as results come: a day has thousands of them for each site, and the page shows fourteen days.
  CREATE TABLE IF NOT EXISTS days (
    site_id INTEGER NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
    date TEXT NOT NULL,
    checks INTEGER NOT NULL,
    up INTEGER NOT NULL,
    PRIMARY KEY (site_id, date)
  ) WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS count_day AFTER INSERT ON results BEGIN
    INSERT INTO days VALUES (
      NEW.site_id, date(NEW.started_at / 1000, 'unixepoch'), 1, NEW.outcome = 'up'
    ) ON CONFLICT DO UPDATE SET checks = checks + 1, up = up + excluded.up;
  END;
  -- What has happened, for whoever follows it: the last ten thousand. A number is never given twice, and they are in the order of
  -- the commits, so who has seen one knows what is missing, whichever process he asks.
  CREATE TABLE IF NOT EXISTS updates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    site_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL
  );
  CREATE TRIGGER IF NOT EXISTS tell_added AFTER INSERT ON sites BEGIN
    INSERT INTO updates VALUES (NULL, unixepoch() * 1000, NEW.id, NEW.url, 'added', '');
  END;
  CREATE TRIGGER IF NOT EXISTS tell_removed AFTER DELETE ON sites BEGIN
    INSERT INTO updates VALUES (NULL, unixepoch() * 1000, OLD.id, OLD.url, 'removed', '');
  END;
  CREATE TRIGGER IF NOT EXISTS tell_checked AFTER INSERT ON results BEGIN
    INSERT INTO updates SELECT NULL, NEW.started_at, id, url, NEW.outcome, NEW.detail
      FROM sites WHERE id = NEW.site_id;
  END;
  CREATE TRIGGER IF NOT EXISTS forget_update AFTER INSERT ON updates BEGIN
    DELETE FROM updates WHERE id <= NEW.id - 10000;
  END;
  CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

const connections = new Map<string, Database.Database>();

/** The connection to a file; the tables are made where there are none. */
export function open(file: string): Database.Database {
  const known = connections.get(file);
  if (known !== undefined) return known;
  const database = new Database(file, { timeout: 5000 });
  database.pragma('journal_mode = WAL');
  database.pragma('foreign_keys = ON');
  database.exec(SCHEMA);
  connections.set(file, database);
  return database;
}
