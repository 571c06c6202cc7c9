// The nouns of the app: a site, one result of checking it, and what is shown of both.

/** A site that is watched. */
export interface Site {
  readonly id: number;
  readonly url: string;
}

/** A site that somebody wants to be watched. */
export interface AddedSite {
  readonly site: Site;
  /** False when it was there already. */
  readonly isNew: boolean;
}

/** `up` answered with 2xx or 3xx; `wrong` answered with another status; `late` did not answer in time; `down` could not be asked. */
export type Outcome = 'up' | 'wrong' | 'late' | 'down';

/** One check of one site. */
export interface Result {
  readonly siteId: number;
  /** When it began, ms since the epoch. */
  readonly startedAt: number;
  readonly outcome: Outcome;
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null;
  readonly latencyMs: number;
  /** In words, what went wrong; empty when up. */
  readonly detail: string;
}

/** How many checks a day saw, and how many of them found the site up. */
export interface Day {
  /** `2026-11-23`, UTC. */
  readonly date: string;
  readonly checks: number;
  readonly up: number;
}

/** All that is shown of a site. */
export interface SiteReport extends Site {
  readonly last: Result | null;
  /** Latencies of the newest checks that got an answer, oldest first. */
  readonly latenciesMs: readonly number[];
  /** Of the last 24 hours; null when there was no answer. */
  readonly percentiles: {
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly p99Ms: number;
  } | null;
  /** The last fourteen days that have results, oldest first. */
  readonly days: readonly Day[];
}

/** Something that happened to a site: it was checked, added or removed. */
export interface Update {
  /** Goes up from each to the next, also when the app starts again. */
  readonly id: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly siteId: number;
  readonly url: string;
  readonly what: Outcome | 'added' | 'removed';
  /** In words; empty when there is nothing to be said. */
  readonly detail: string;
}

/** An update, and how its site is by now. */
export interface News {
  readonly update: Update;
  /** Null when it is gone, and when later news says it. */
  readonly report: SiteReport | null;
}

/** The news behind some update. */
export interface Missed {
  readonly news: readonly News[];
  /** False when some of it is forgotten, or when there never was such an update: only the whole page tells what is true. */
  readonly isComplete: boolean;
}

/** All sites, and what happened last. */
export interface Overview {
  readonly reports: readonly SiteReport[];
  /** Newest first. */
  readonly latest: readonly Update[];
  /** The newest update that is in it. */
  readonly lastId: number;
}

/** Why a URL cannot be watched, in words; null when it can. */
export function faultOfUrl(text: string): string | null {
  if (text.length > 2048) return `a URL may have 2048 characters, this one has ${text.length}`;
  if (!URL.canParse(text)) return 'this is not a URL; one looks like https://example.com/';
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'http:' && protocol !== 'https:') {
    return `only http and https can be watched, not ${protocol.slice(0, -1)}`;
  }
  if (username !== '' || password !== '')
    return 'a URL with a password in it would be stored and shown: leave it out';
  return null;
}
