// What runs in the worker threads: all that touches SQLite, whose driver blocks. Each exported function is one task, and does no harm
// when it is done twice: a queue hands it out again when a worker dies.
// Must not know: the loop, HTTP.
import { randomBytes } from 'node:crypto';
import { open } from './database.ts';
import { reportOf } from './site-report.ts';
import { latestUpdates, missedAfter } from './updates.ts';
import type { AddedSite, Missed, Overview, Result, Site } from '../site.ts';

/** Makes the tables where there are none. */
export function prepareDatabase(file: string): void {
  open(file);
}

/** All sites, oldest first. */
export function listSites(file: string): Site[] {
  return open(file).prepare('SELECT id, url FROM sites ORDER BY id').all().map(toSite);
}

/** Adds a site, unless it is there already. */
export function addSite(file: string, url: string): AddedSite {
  const database = open(file);
  const { changes } = database
    .prepare('INSERT INTO sites (url) VALUES (?) ON CONFLICT DO NOTHING')
    .run(url);
  const site = toSite(database.prepare('SELECT id, url FROM sites WHERE url = ?').get(url));
  return { site, isNew: changes > 0 };
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

/** Everything that is shown; the percentiles are computed here, off the loop. */
export function overview(file: string, now: number): Overview {
  const database = open(file);
  // First what happened: what comes in between is in the reports already, and the next update says it again.
  const latest = latestUpdates(database);
  const reports = listSites(file).map((site) => reportOf(database, site, now));
  return { reports, latest, lastId: latest[0]?.id ?? 0 };
}

/** What happened behind an update, at most a few hundred, and how those sites are now. */
export function newsAfter(file: string, id: number, now: number): Missed {
  return missedAfter(open(file), id, now);
}

/**
 * Forgets results that began before `before`, `most` of them at the most, so that others get their turn; how many. What was
 * counted of a day is shown for two weeks, however soon its results go.
 */
export function forgetResults(file: string, before: number, most: number): number {
  const database = open(file);
  database
    .prepare("DELETE FROM days WHERE date < date(? / 1000, 'unixepoch', '-14 days')")
    .run(before);
  return database
    .prepare(
      `DELETE FROM results WHERE (site_id, started_at) IN (
         SELECT site_id, started_at FROM sites JOIN results ON site_id = id AND started_at < ? LIMIT ?
       )`,
    )
    .run(before, most).changes;
}

/** A secret of this database, made when it is first asked for. */
export function secretOf(file: string, name: string): string {
  const database = open(file);
  database
    .prepare('INSERT INTO secrets VALUES (?, ?) ON CONFLICT DO NOTHING')
    .run(name, randomBytes(32).toString('hex'));
  const { value } = database.prepare('SELECT value FROM secrets WHERE name = ?').get(name) as {
    value: string;
  };
  return value;
}

/** The driver's rows carry a field of its own; what leaves the worker is plain. */
function toSite(row: unknown): Site {
  const { id, url } = row as Site;
  return { id, url };
}
