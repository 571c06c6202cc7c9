// The page and its forms.
import { args, HTTPError, type ArgsOf } from '@typhoon/web';
import { toStandardJsonSchema as described } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { faultOfUrl } from '../site.ts';
import { outcomeOf } from './live.ts';
import { siteName } from './site-name.ts';
import {
  filtered,
  isFilteredOut,
  recalledFilter,
  rememberFilter,
  siteFilter,
} from './site-filter.ts';
import { sparkline } from './sparkline.ts';
import { UptimeHandler } from './uptime-handler.ts';
import type { SiteFilter } from './site-filter.ts';

const shown = args({ query: described(siteFilter) }, { summary: 'The page' });
const added = args(
  { form: described(v.object({ url: v.string() })) },
  { summary: 'Watches a site' },
);
const named = args({ path: described(siteName) }, { summary: 'Forgets a site' });

/** `GET /?show=faulty&text=example`: the list, rendered; without a query, filtered as it was last. */
export class PageHandler extends UptimeHandler {
  @shown
  override async get({ query }: ArgsOf<typeof shown>): Promise<void> {
    const isAsked = query.show !== undefined || query.text !== undefined;
    if (isAsked) rememberFilter(this, query);
    await this.renderPage(isAsked ? query : recalledFilter(this));
  }

  /** The page; with what was wrong with `url`, if something was. */
  protected async renderPage(filter: SiteFilter, fault = '', url = ''): Promise<void> {
    const { reports, latest, lastId } = await this.uptime.overview();
    await this.render('index.html', {
      reports: filtered(reports, filter),
      latest: latest.filter((update) => !isFilteredOut(update.url, outcomeOf(update), filter)),
      ...{ lastId, filter, fault, url, sparkline },
    });
  }
}

/** `POST /sites`: a site more. */
export class AddSiteHandler extends PageHandler {
  @added
  override async post({ form: { url } }: ArgsOf<typeof added>): Promise<void> {
    const fault = faultOfUrl(url);
    if (fault !== null) return this.#refuse(400, fault, url);
    if ((await this.uptime.add(url)) === null)
      return this.#refuse(409, 'this site is watched already', url);
    this.redirect('/', { status: 303 });
  }

  async #refuse(status: number, fault: string, url: string): Promise<void> {
    this.setStatus(status);
    await this.renderPage(recalledFilter(this), fault, url);
  }
}

/** `POST /sites/ID/remove`: a site less. */
export class RemoveSiteHandler extends UptimeHandler {
  @named
  override async post({ path: { id } }: ArgsOf<typeof named>): Promise<void> {
    if (!(await this.uptime.remove(id))) throw new HTTPError(404);
    this.redirect('/', { status: 303 });
  }
}
