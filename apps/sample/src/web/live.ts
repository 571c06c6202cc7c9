// What followers are told, whichever way it goes. Owns: the query, the form of a message.
import { Published } from '@typhoon/topic';
import * as v from 'valibot';
import { isFilteredOut, siteFilter } from './site-filter.ts';
import { sparkline } from './sparkline.ts';
import { newsOf } from '../live-updates.ts';
import type { RequestHandler } from '@typhoon/web';
import type { SiteFilter } from './site-filter.ts';
import type { Update } from '../site.ts';

/** `?after=ID`, the update that was seen last, and the filter. */
export const liveQuery = v.object({
  ...siteFilter.entries,
  after: v.optional(v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.toNumber()), '0'),
});

/** What somebody who has to look at everything anew is told. */
export const START_ANEW = JSON.stringify({ startAnew: true });

/**
 * News as JSON for the page: `{ id, siteId, row, line }`. `row` is the site's row in the table, empty when it is not to be there and
 * absent when it stays as it is; `line` is for the list of what happened. Made once for all whose filters give the same: it has
 * nothing in it that is for one visitor.
 */
export function pageNews(
  handler: RequestHandler,
  message: Published,
  filter: SiteFilter,
): Published {
  const { update, report } = newsOf(message);
  const hasRow = report !== null && !isFilteredOut(report.url, report.last?.outcome, filter);
  const hasLine = !isFilteredOut(update.url, outcomeOf(update), filter);
  return message.as(`page ${hasRow}, ${hasLine}`, () => {
    const html = (template: string, values: object): string =>
      handler.renderString(template, { ...values }).toString();
    const row = report === null && update.what !== 'removed' ? undefined : '';
    return new Published(
      JSON.stringify({
        id: update.id,
        siteId: update.siteId,
        row: hasRow ? html('row.html', { report, sparkline }) : row,
        line: hasLine ? html('line.html', { update }) : undefined,
      }),
    );
  });
}

/** How a check went; undefined for what was no check. */
export function outcomeOf({ what }: Update) {
  return what === 'added' || what === 'removed' ? undefined : what;
}
