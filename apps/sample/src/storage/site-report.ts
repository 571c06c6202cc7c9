// What is known of a site, from the database. Owns: the queries, and the percentiles.
import type Database from 'libsql';
import type { Day, Outcome, Result, Site, SiteReport } from '../site.ts';

const DAY_MS = 86_400_000;
const SPARKLINE_LENGTH = 60;
const DAYS_SHOWN = 14;

/** All that is shown of a site. */
export function reportOf(database: Database.Database, site: Site, now: number): SiteReport {
  return {
    ...site,
    last: lastResult(database, site.id),
    latenciesMs: recentLatencies(database, site.id),
    percentiles: percentiles(database, site.id, now - DAY_MS),
    days: uptimePerDay(database, site.id),
  };
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
