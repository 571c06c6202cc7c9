// The page in a real browser.
import { afterAll, beforeAll, it } from 'vitest';
import { describeInBrowser } from '../../../browser.shared.ts';
import { AppProcess } from './app-process.ts';
import { WatchedSite } from './watched-site.ts';

describeInBrowser('the page', (visit) => {
  let running: AppProcess;
  let site: WatchedSite;

  beforeAll(async () => {
    site = await WatchedSite.http((_request, response) => response.end('fine'));
    running = await AppProcess.start([]);
  }, 30_000);

  afterAll(async () => {
    site.kill();
    await running.dispose();
  });

  it('adds a site, follows it live, sees it die, and removes it', async () => {
    const page = await visit(running.url);
    await page.getByLabel('Site', { exact: true }).fill(site.url);
    await page.getByRole('button', { name: 'Watch', exact: true }).click();
    await page.locator('td.status.up').waitFor();
    await page.locator('svg.sparkline polyline').first().waitFor({ state: 'attached' });
    site.kill();
    await page.locator('td.status.down').waitFor();
    await page.getByRole('button', { name: /Stop watching/ }).click();
    await page.getByText('No site is watched yet.').waitFor();
  }, 30_000);
});
