// The page in a real browser.
import Database from 'libsql';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeInBrowser, type Page } from '../../../browser.shared.ts';
import { AppProcess } from './app-process.ts';
import { WatchedSite } from './watched-site.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

/** The ways of live updates, by what a page that takes them is without. */
const WAYS = [
  { name: 'a WebSocket', path: '/live/socket', without: [] },
  { name: 'server-sent events', path: '/live/events', without: ['WebSocket'] },
  { name: 'long polling', path: '/live', without: ['WebSocket', 'EventSource'] },
] as const;
type Way = (typeof WAYS)[number];

interface Visit {
  readonly way: Way;
  readonly page: Page;
  /** The paths that it has asked for. */
  readonly asked: readonly string[];
}

const PATIENT = { timeout: 10_000, interval: 20 };

/** While the server is away, browsers say so in their consoles. */
const AWAY =
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/;

/** Runs in the page: a class fails as if a proxy were in the way. */
const block = (name: string): string => `window.${name} = class {
  constructor() { setTimeout(() => (this.onerror ?? this.onclose)()) }
  close() {}
}`;

/** Runs in the page: writes down each update that is shown, at once or later. */
const NOTE = `window.shown = [];
document.addEventListener('DOMContentLoaded', () => {
  const list = document.getElementById('updates');
  const note = (lines) => lines.forEach((line) => shown.push(Number(line.dataset.update)));
  note([...list.children].reverse());
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => note(addedNodes)))
    .observe(list, { childList: true });
})`;

describeInBrowser(
  'the page',
  (visit) => {
    let running: AppProcess;
    const apps: AppProcess[] = [];
    let site: WatchedSite;

    beforeAll(async () => {
      site = await WatchedSite.http((_request, response) => response.end('fine'));
      apps.push((running = await AppProcess.start([])));
    });

    afterAll(async () => {
      site.kill();
      for (const app of apps) await app.dispose();
    });

    /** Visits as a browser would in which some ways do not get through. */
    async function visitBy(way: Way): Promise<Visit> {
      const page = await visit('about:blank');
      const asked: string[] = [];
      const note = (url: string): number => asked.push(new URL(url).pathname);
      page.on('websocket', (socket) => note(socket.url()));
      page.on('request', (request) => note(request.url()));
      await page.addInitScript([...way.without.map(block), NOTE].join(';\n'));
      await page.goto(running.url);
      return { way, page, asked };
    }

    it.each(WAYS)('adds a site, follows it over $name and removes it', async (way) => {
      const { page, asked } = await visitBy(way);
      await page.getByLabel('Site', { exact: true }).fill(site.url);
      await page.getByRole('button', { name: 'Watch', exact: true }).click();
      await page.locator('td.status.up').waitFor();
      await page.locator('svg.sparkline polyline').first().waitFor({ state: 'attached' });
      await page.getByRole('button', { name: /Stop watching/ }).click();
      await page.getByText('No site is watched yet.').waitFor();
      expect(asked.filter((path) => path.startsWith('/live')).at(-1)).toBe(way.path);
    });

    it('shows every update once, also those of a server that starts again, whichever way they come', async () => {
      const visits = await Promise.all(WAYS.map((way) => visitBy(way)));
      await running.post('/sites', { url: site.url });
      const reach = async (id: number): Promise<void> => {
        for (const { page } of visits) {
          await expect
            .poll(() => page.evaluate<number>('shown.at(-1)'), PATIENT)
            .toBeGreaterThanOrEqual(id);
        }
      };
      const { lastId } = await running.overview();
      await reach(lastId + 3);
      const { port } = new URL(running.url);
      await running.stop();
      const { database: file } = running;
      running = await AppProcess.start([], { database: file, flags: [`--port=${port}`] });
      apps.push(running);
      await reach((await running.overview()).lastId + 3);
      await running.post(`/sites/${(await running.sites())[0]?.id ?? 0}/remove`, {});
      const database = new Database(file);
      const written = database.prepare('SELECT id FROM updates ORDER BY id').pluck().all();
      database.close();
      await reach(Number(written.at(-1)));
      for (const { page, asked, way } of visits) {
        const shown = await page.evaluate<number[]>('shown');
        expect(shown).toEqual(written.slice(-shown.length));
        expect(shown[0]).toBeLessThanOrEqual(lastId);
        expect(asked.at(-1)).toBe(way.path);
      }
    });
  },
  AWAY,
);
