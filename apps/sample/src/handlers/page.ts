// The page and its form.
import { HTTPError } from '@typhoon/web';
import { faultOfUrl } from '../site.ts';
import { sparkline } from '../sparkline.ts';
import { UptimeHandler } from './base.ts';

/** `GET /`: the list, rendered. */
export class PageHandler extends UptimeHandler {
  override async get(): Promise<void> {
    await this.renderPage('', '');
  }

  /** The page; with what was wrong with `url`, if something was. */
  protected async renderPage(fault: string, url: string): Promise<void> {
    const { version } = this.uptime.live;
    const reports = await this.uptime.reports();
    await this.render('index.html', { reports, version, fault, url, sparkline });
  }
}

/** `POST /sites`: a site more. */
export class AddSiteHandler extends PageHandler {
  override async post(): Promise<void> {
    const url = this.getArgument('url', { default: '' });
    const fault = faultOfUrl(url);
    if (fault !== null) {
      this.setStatus(400);
      await this.renderPage(fault, url);
      return;
    }
    if ((await this.uptime.add(url)) === null) {
      this.setStatus(409);
      await this.renderPage('this site is watched already', url);
      return;
    }
    this.redirect('/', { status: 303 });
  }
}

/** `POST /sites/ID/remove`: a site less. */
export class RemoveSiteHandler extends UptimeHandler {
  override async post(id: string): Promise<void> {
    if (!(await this.uptime.remove(Number(id)))) throw new HTTPError(404);
    this.redirect('/', { status: 303 });
  }
}
