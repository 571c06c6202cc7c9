// The page in a real browser: Debian's Chromium, driven by playwright-core.
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppProcess } from './app-process.ts';
import { WatchedSite } from './watched-site.ts';

const executablePath = process.env['TYPHOON_CHROMIUM'] ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
if (!isThere && process.env['CI'] === 'true') throw new Error(`no Chromium at ${executablePath}`);

describe.skipIf(!isThere)(
  `the page in a browser (${isThere ? executablePath : 'skipped: no Chromium here'})`,
  () => {
    let browser: Browser;
    let running: AppProcess;
    let site: WatchedSite;

    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath,
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-background-networking',
          '--disable-sync',
        ],
      });
      site = await WatchedSite.http((_request, response) => response.end('fine'));
      running = await AppProcess.start([]);
    }, 30_000);

    afterAll(async () => {
      await browser.close();
      site.kill();
      await running.dispose();
    });

    it('adds a site, follows it live, sees it die, and removes it', async () => {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(running.url);
      await page.getByLabel('Site', { exact: true }).fill(site.url);
      await page.getByRole('button', { name: 'Watch', exact: true }).click();
      await page.locator('td.status.up').waitFor();
      await page.locator('svg.sparkline polyline').first().waitFor({ state: 'attached' });
      site.kill();
      await page.locator('td.status.down').waitFor();
      await page.getByRole('button', { name: /Stop watching/ }).click();
      await page.getByText('No site is watched yet.').waitFor();
      expect(errors, running.log).toEqual([]);
    }, 30_000);
  },
);
