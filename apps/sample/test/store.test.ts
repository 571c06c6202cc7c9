// The store with a pool whose workers die: nothing that it was given is lost. The workers load the built files.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ThreadPoolExecutor } from '@typhoon/executor';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../src/storage/store.ts';

/** Threads are started in each test. */
vi.setConfig({ testTimeout: 20_000 });

/** The built one: its workers cannot load TypeScript. */
const built = (await import(
  new URL('../dist/storage/store.js', import.meta.url).href
)) as typeof import('../src/storage/store.ts');

let folder: string;
let pool: ThreadPoolExecutor;
let store: Store;
/** Noon, so that no test crosses into another day. */
const start = new Date().setUTCHours(12, 0, 0, 0);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'uptime-store-'));
  pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  store = new built.Store(join(folder, 'uptime.db'), pool);
  await store.open();
});

afterEach(async () => {
  await pool.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

function record(siteId: number, at: number): PromiseLike<void> {
  return store.record({
    siteId,
    startedAt: start + at,
    outcome: 'up',
    status: 200,
    latencyMs: at,
    detail: '',
  });
}

describe('Store', () => {
  it('adds a site once', async () => {
    const site = { id: 1, url: 'http://a/' };
    expect(await store.add('http://a/')).toEqual({ site, isNew: true });
    expect(await store.add('http://a/')).toEqual({ site, isNew: false });
  });

  it('counts checks a day, each once however often it is stored', async () => {
    const { site } = await store.add('http://a/');
    const day = 86_400_000;
    for (const at of [0, 1, 1, -day, 2]) await record(site.id, at);
    await store.record({
      siteId: site.id,
      startedAt: start - day + 1,
      outcome: 'down',
      status: null,
      latencyMs: 1,
      detail: 'x',
    });
    const [report] = (await store.overview()).reports;
    expect(report?.days.map(({ checks, up }) => [checks, up])).toEqual([
      [2, 1],
      [3, 3],
    ]);
  });

  it('computes percentiles by nearest rank', async () => {
    const { site } = await store.add('http://a/');
    for (let at = 1; at <= 100; at++) await record(site.id, at);
    const [report] = (await store.overview()).reports;
    expect(report?.percentiles).toEqual({ p50Ms: 50, p95Ms: 95, p99Ms: 99 });
    expect(report?.latenciesMs).toHaveLength(60);
  });

  it('loses nothing when workers exit in the middle', async () => {
    const { site } = await store.add('http://a/');
    const saved: PromiseLike<void>[] = [];
    for (let at = 0; at < 200; at++) {
      saved.push(record(site.id, at));
      if (at % 50 === 25) {
        pool.submit(() => process.exit(1)).then(undefined, () => undefined);
      }
    }
    await Promise.all(saved);
    const [report] = (await store.overview()).reports;
    expect(report?.days.reduce((sum, day) => sum + day.checks, 0)).toBe(200);
  });

  it('forgets what is old, in as many steps as it takes, and not the days that are shown', async () => {
    const { site } = await store.add('http://a/');
    const day = 86_400_000;
    for (let at = 0; at < 60; at++) await record(site.id, at - 30);
    await record(site.id, -20 * day);
    expect(await store.forget(start)).toBe(31);
    expect(await store.forget(start)).toBe(0);
    const [report] = (await store.overview()).reports;
    expect(report?.latenciesMs).toHaveLength(30);
    expect(report?.days.map(({ checks }) => checks)).toEqual([60]);
  });

  it('keeps one secret', async () => {
    const secret = await store.cookieSecret();
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await store.cookieSecret()).toBe(secret);
  });

  it('drops a result of a site that was removed', async () => {
    const { site } = await store.add('http://a/');
    await store.remove(site.id);
    await record(site.id, 1);
    expect((await store.overview()).reports).toEqual([]);
  });
});
