// Tornado's own demos, rewritten.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { websocketConnect } from '@typhoon/websocket';
import { describe, expect, it } from 'vitest';
import { Browser, start } from './program.ts';

interface News {
  readonly messages: readonly { readonly id: string; readonly html: string }[];
}

async function news(browser: Browser, cursor: string): Promise<News> {
  const { page } = await browser.open('/a/message/updates', { cursor });
  return JSON.parse(page) as News;
}

describe('chat', () => {
  it('tells everybody who waits, and those who come later', async () => {
    const site = await start('chat');
    const [ann, ben] = [new Browser(site), new Browser(site)];
    await Promise.all([ann.open('/'), ben.open('/')]);
    const waiting = Promise.all([news(ann, ''), news(ben, '')]);
    await ann.open('/a/message/new', { body: '<b>hello</b> http://a.test' });
    const [toAnn, toBen] = await waiting;
    expect(toAnn).toEqual(toBen);
    const [message] = toBen.messages;
    expect(message?.html).toContain('&lt;b&gt;hello&lt;/b&gt; <a href="http://a.test">');
    const next = news(ben, message?.id ?? '');
    await ann.open('/a/message/new', { body: 'again', next: '/' });
    expect((await next).messages).toMatchObject([{ text: 'again' }]);
    expect((await new Browser(site).open('/')).page).toMatch(/hello[^]*again/);
  });

  it('takes nothing from other sites’ forms', async () => {
    const { status } = await new Browser(await start('chat')).open('/a/message/new', { body: 'x' });
    expect(status).toBe(403);
  });
});

describe('chat over WebSockets', () => {
  it('tells everybody who is there, and those who come later', async () => {
    const site = (await start('chat-websocket')).replace('http', 'ws');
    const [ann, ben] = [
      await websocketConnect(`${site}/chat`),
      await websocketConnect(`${site}/chat`),
    ];
    await ann.writeMessage(JSON.stringify({ body: '<b>hello</b>' }));
    const said = await ann.readMessage();
    expect(said).toContain('&lt;b&gt;hello&lt;/b&gt;');
    expect(await ben.readMessage()).toBe(said);
    const late = await websocketConnect(`${site}/chat`);
    expect(await late.readMessage()).toBe(said);
    await late.writeMessage('{}');
    expect(await late.readMessage()).toBeNull();
    expect(late.closeCode).toBe(1008);
    for (const client of [ann, ben]) client.close();
  });
});

describe('blog', () => {
  const ANN = { email: 'ann@a.test', name: 'Ann', password: ' secret ' };
  const ENTRY = { title: 'Ünder <way>', text: 'See http://a.test\n\nBye' };

  async function withEntry(...args: string[]): Promise<readonly [site: string, author: Browser]> {
    const site = await start('blog', ...args);
    const author = new Browser(site);
    await author.open('/'); // to compose, to log in, to become the author
    expect((await author.open('/auth/create', ANN)).page).toContain('/compose');
    await author.open('/compose');
    expect((await author.open('/compose', ENTRY)).url).toBe(`${site}/entry/under-way`);
    return [site, author];
  }

  it('shows what its author writes, with styles, in archive and feed', async () => {
    const [site] = await withEntry();
    const reader = new Browser(site);
    const { page } = await reader.open('/');
    expect(page).toContain('Ünder &lt;way&gt;');
    expect(page).toContain('<a href="http://a.test">');
    expect(page).not.toContain('Change');
    const [, css = ''] = /<link href="(\/static\/blog\.css\?v=\w+)"/.exec(page) ?? [];
    expect((await reader.open(css)).status).toBe(200);
    expect((await reader.open('/archive')).page).toContain('/entry/under-way');
    const feed = await reader.open('/feed');
    expect(feed.headers.get('Content-Type')).toContain('application/atom+xml');
    expect(feed.page).toContain(`<id>${site}/entry/under-way</id>`);
    expect((await reader.open('/entry/missing')).status).toBe(404);
  });

  it('lets its author change an entry, log out and in again, and nobody else', async () => {
    const [site, author] = await withEntry();
    await author.open('/compose?slug=under-way');
    const changed = await author.open('/compose', {
      ...ENTRY,
      title: 'Changed',
      slug: 'under-way',
    });
    expect(changed.page).toContain('Changed');
    await author.open('/auth/logout', {});
    expect((await author.open('/compose')).url).toContain('/auth/login?next=%2Fcompose');
    expect((await author.open('/compose', ENTRY)).status).toBe(403);
    expect((await author.open('/auth/login', { ...ANN, password: 'secret' })).status).toBe(403);
    expect((await author.open('/auth/login', { ...ANN, next: '//evil.test' })).page).toContain(
      'Log out Ann',
    );
    const stranger = new Browser(site);
    expect((await stranger.open('/auth/create')).status).toBe(400);
  });

  it('keeps everything in a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'typhoon-blog-')), 'blog.db');
    await withEntry(file);
    const again = new Browser(await start('blog', file));
    expect((await again.open('/')).page).toContain('Ünder &lt;way&gt;');
  });
});
