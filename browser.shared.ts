// Tests in a real browser: Debian's Chromium, or TYPHOON_CHROMIUM, driven by playwright-core. One for all tests of a suite.
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';

const executablePath = process.env['TYPHOON_CHROMIUM'] ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);

export type { Page };

/** Opens a page as somebody new: with cookies of their own, or as the same person again with that page's. */
export type Visit = (url: string, as?: Page) => Promise<Page>;

/**
 * A suite whose tests visit pages. What a page's console says of errors fails the test that visited it, but for those `expected`.
 * Without a browser the suite is skipped, but in CI that is an error.
 */
export function describeInBrowser(
  title: string,
  define: (visit: Visit) => void,
  expected: RegExp = /^$/,
): void {
  if (!isThere && process.env['CI'] === 'true') throw new Error(`no Chromium at ${executablePath}`);
  const where = isThere ? executablePath : 'skipped: no Chromium here';
  describe.skipIf(!isThere)(`${title} (${where})`, () => {
    let browser: Browser;
    const contexts = new Set<BrowserContext>();
    const errors: string[] = [];

    beforeAll(async () => {
      const quiet = ['--disable-gpu', '--disable-background-networking', '--disable-sync'];
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...quiet] });
    }, 30_000);

    afterAll(() => browser.close());

    afterEach(async () => {
      for (const context of contexts) await context.close();
      contexts.clear();
      expect(errors.splice(0).filter((text) => !expected.test(text))).toEqual([]);
    });

    define(async (url, as) => {
      const context = as?.context() ?? (await browser.newContext());
      contexts.add(context);
      const page = await context.newPage();
      page.on('pageerror', ({ message }) => errors.push(message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(url);
      return page;
    });
  });
}
