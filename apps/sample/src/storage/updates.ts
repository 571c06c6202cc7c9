// What has happened, from the database. Owns: the queries. The rows are written by triggers, with what they tell of (database.ts).
import { reportOf } from './site-report.ts';
import type Database from 'libsql';
import type { Missed, Site, SiteReport, Update } from '../site.ts';

/** As many as the page shows. */
const LATEST = 20;
/** As many as one message to a thread carries easily. */
const MISSED_AT_ONCE = 200;

/** The last ones, newest first. */
export function latestUpdates(database: Database.Database): Update[] {
  return select(database, 'ORDER BY id DESC LIMIT ?', LATEST);
}

/** Those behind an update, oldest first, each site's last one with how the site is now. */
export function missedAfter(database: Database.Database, id: number, now: number): Missed {
  const { oldest, newest } = database
    .prepare('SELECT min(id) AS oldest, max(id) AS newest FROM updates')
    .get() as { oldest: number | null; newest: number | null };
  // Of another database, or forgotten by now.
  const isComplete = id <= (newest ?? 0) && id >= (oldest ?? 1) - 1;
  if (!isComplete) return { news: [], isComplete };
  const updates = select(database, 'WHERE id > ? ORDER BY id LIMIT ?', id, MISSED_AT_ONCE);
  const reports = new Map<number, SiteReport | null>();
  const news = updates
    .toReversed()
    .map((update) => {
      const isLast = !reports.has(update.siteId);
      if (isLast) reports.set(update.siteId, reportNow(database, update.siteId, now));
      return { update, report: isLast ? (reports.get(update.siteId) ?? null) : null };
    })
    .toReversed();
  return { news, isComplete };
}

function reportNow(database: Database.Database, siteId: number, now: number): SiteReport | null {
  const row = database.prepare('SELECT id, url FROM sites WHERE id = ?').get(siteId);
  if (row === undefined) return null;
  const { id, url } = row as Site;
  return reportOf(database, { id, url }, now);
}

function select(database: Database.Database, which: string, ...values: number[]): Update[] {
  const rows = database
    .prepare(`SELECT id, at, site_id AS siteId, url, what, detail FROM updates ${which}`)
    .all(...values) as Update[];
  return rows.map(({ id, at, siteId, url, what, detail }) => ({
    id,
    at,
    siteId,
    url,
    what,
    detail,
  }));
}
