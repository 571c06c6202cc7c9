// Which sites a visitor wants to see, and remembering it for the next visit. Owns: the words of the query, the cookie.
import * as v from 'valibot';
import type { RequestHandler } from '@typhoon/web';
import type { Outcome, SiteReport } from '../site.ts';

/** A filter, as queries have it; empty for all sites. */
export const siteFilter = v.object({
  /** `faulty` sites are those that are not up. */
  show: v.optional(v.picklist(['all', 'faulty'])),
  /** Part of the URL. */
  text: v.optional(v.pipe(v.string(), v.maxLength(100))),
});

/** A filter. */
export type SiteFilter = Readonly<v.InferOutput<typeof siteFilter>>;

/** Whether a filter leaves out what has this URL and went this way; undefined is not known yet. */
export function isFilteredOut(
  url: string,
  outcome: Outcome | undefined,
  { show = 'all', text = '' }: SiteFilter,
): boolean {
  const isWanted = show === 'all' || (outcome !== undefined && outcome !== 'up');
  return !isWanted || !url.includes(text);
}

/** Those that a filter lets pass. */
export function filtered(reports: readonly SiteReport[], filter: SiteFilter): SiteReport[] {
  return reports.filter(({ url, last }) => !isFilteredOut(url, last?.outcome, filter));
}

const COOKIE = 'filter';

/** Remembers a filter in the visitor's browser, signed: what comes back is what was set here. */
export function rememberFilter(handler: RequestHandler, filter: SiteFilter): void {
  handler.setSignedCookie(COOKIE, JSON.stringify(filter));
}

/** The filter that the visitor had last; none for a stranger, or for one of a version of this app that knew other filters. */
export function recalledFilter(handler: RequestHandler): SiteFilter {
  const signed = handler.getSignedCookie(COOKIE);
  if (signed === null) return {};
  const known = v.safeParse(siteFilter, JSON.parse(signed.toString()));
  return known.success ? known.output : {};
}
