// What runs in the worker threads: all that touches SQLite, whose driver blocks. Each exported function is one task.
// Owns: the schema and the queries. Must not know: the loop, HTTP.
import Database from 'libsql';
import type { Day, Outcome, Result, Site, SiteReport } from './site.ts';

/** One connection a worker, kept for its next task. */
const connections = new Map<string, Database.Database>();

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
`;

const DAY_MS = 86_400_000;
const SPARKLINE_LENGTH = 60;
const DAYS_SHOWN = 14;

function open(file: string): Database.Database {
  const known = connections.get(file);
  if (known !== undefined) return known;
  const database = new Database(file, { timeout: 5000 });
  database.pragma('journal_mode = WAL');
  database.pragma('foreign_keys = ON');
  database.exec(SCHEMA);
  connections.set(file, database);
  return database;
}

/** Makes the tables where there are none. */
export function prepareDatabase(file: string): void {
  open(file);
}

/** All sites, oldest first. */
export function listSites(file: string): Site[] {
  return open(file).prepare('SELECT id, url FROM sites ORDER BY id').all().map(toSite);
}

/** Adds a site; null when it is there already. */
export function addSite(file: string, url: string): Site | null {
  const row = open(file)
    .prepare('INSERT INTO sites (url) VALUES (?) ON CONFLICT DO NOTHING RETURNING id, url')
    .get(url);
  return row === undefined ? null : toSite(row);
}

/** Removes a site and its results; whether it was there. */
export function removeSite(file: string, id: number): boolean {
  return open(file).prepare('DELETE FROM sites WHERE id = ?').run(id).changes > 0;
}

/** Stores a result, once however often it is tried; one of a site that is gone by now is dropped. */
export function recordResult(file: string, result: Result): void {
  open(file)
    .prepare(
      `INSERT INTO results (site_id, started_at, outcome, status, latency_ms, detail)
       SELECT ?, ?, ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM sites WHERE id = ?)
       ON CONFLICT DO NOTHING`,
    )
    .run(
      result.siteId,
      result.startedAt,
      result.outcome,
      result.status,
      result.latencyMs,
      result.detail,
      result.siteId,
    );
}

/** Everything that is shown, of all sites; the percentiles are computed here, off the loop. */
export function reportSites(file: string, now: number): SiteReport[] {
  const database = open(file);
  return listSites(file).map((site) => ({
    ...site,
    last: lastResult(database, site.id),
    latenciesMs: recentLatencies(database, site.id),
    percentiles: percentiles(database, site.id, now - DAY_MS),
    days: uptimePerDay(database, site.id),
  }));
}

function lastResult(database: Database.Database, siteId: number): Result | null {
  const row = database
    .prepare(
      `SELECT started_at AS startedAt, outcome, status, latency_ms AS latencyMs, detail
       FROM results WHERE site_id = ? ORDER BY started_at DESC LIMIT 1`,
    )
    .get(siteId) as Omit<Result, 'siteId'> | undefined;
  if (row === undefined) return null;
  const { startedAt, status, latencyMs, detail } = row;
  const outcome: Outcome = row.outcome;
  return { siteId, startedAt, outcome, status, latencyMs, detail };
}

function recentLatencies(database: Database.Database, siteId: number): number[] {
  const rows = database
    .prepare(
      `SELECT latency_ms AS latencyMs FROM results
       WHERE site_id = ? AND status IS NOT NULL ORDER BY started_at DESC LIMIT ?`,
    )
    .all(siteId, SPARKLINE_LENGTH) as { latencyMs: number }[];
  return rows.map(({ latencyMs }) => latencyMs).reverse();
}

function percentiles(
  database: Database.Database,
  siteId: number,
  since: number,
): SiteReport['percentiles'] {
  // As one text: a day has thousands of rows, and making an object of each costs more than all the rest.
  const { list } = database
    .prepare(
      `SELECT json_group_array(latency_ms) AS list FROM results
       WHERE site_id = ? AND started_at >= ? AND status IS NOT NULL`,
    )
    .get(siteId, since) as { list: string };
  const latenciesMs = Float64Array.from(JSON.parse(list) as number[]).sort();
  if (latenciesMs.length === 0) return null;
  // The nearest-rank percentile: the smallest value that at least that share of all does not exceed.
  const rank = (share: number): number =>
    latenciesMs[Math.max(0, Math.ceil(latenciesMs.length * share) - 1)]!;
  return { p50Ms: rank(0.5), p95Ms: rank(0.95), p99Ms: rank(0.99) };
}

function uptimePerDay(database: Database.Database, siteId: number): Day[] {
  const rows = database
    .prepare('SELECT date, checks, up FROM days WHERE site_id = ? ORDER BY date DESC LIMIT ?')
    .all(siteId, DAYS_SHOWN) as Day[];
  return rows.map(({ date, checks, up }) => ({ date, checks, up })).reverse();
}

/** The driver's rows carry a field of its own; what leaves the worker is plain. */
function toSite(row: unknown): Site {
  const { id, url } = row as Site;
  return { id, url };
}
