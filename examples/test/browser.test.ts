// The demos in a real browser.
import { expect, it, vi } from 'vitest';
import { describeInBrowser, type Page } from '../../browser.shared.ts';
import { start } from './program.ts';

/** What the browser reads in the feed that the page names: a list of title, content and author. Runs in the page. */
const READ_FEED = `(async () => {
  const { href } = document.querySelector('link[rel=alternate]');
  const xml = await (await fetch(href)).text();
  const feed = new DOMParser().parseFromString(xml, 'application/xml');
  return [...feed.querySelectorAll('entry')].map((entry) =>
    ['title', 'content', 'name'].map((name) => entry.querySelector(name).textContent),
  );
})()`;

/** Each starts a program and opens pages. */
vi.setConfig({ testTimeout: 30_000 });

describeInBrowser('the demos', (visit) => {
  async function say(page: Page, text: string): Promise<void> {
    await page.getByLabel('Message').fill(text);
    await page.getByRole('button', { name: 'Post' }).click();
  }

  it('lets two people chat, and shows what they write as text', async () => {
    const site = await start('chat');
    const [ann, ben] = await Promise.all([visit(site), visit(site)]);
    await say(ann, 'hello Ben');
    await ben.locator('.message', { hasText: 'hello Ben' }).waitFor();
    const markup = '<img src=x onerror="document.title = `broken`"> http://a.test';
    await say(ben, markup);
    await ann.locator('.message').nth(1).waitFor();
    for (const page of [ann, ben]) {
      expect(await page.locator('.message').allInnerTexts()).toEqual(['hello Ben', markup]);
      expect(await page.locator('.message img').count()).toBe(0);
      expect(await page.locator('.message a').getAttribute('href')).toBe('http://a.test');
      expect(await page.title()).toBe('Chat');
    }
    expect(await ann.getByLabel('Message').inputValue()).toBe('');
  });

  it('lets somebody become the author, write, log out and in again, and everybody read', async () => {
    const site = await start('blog');
    const author = await visit(site);
    await author.getByPlaceholder('Email').fill('ann@a.test');
    await author.getByPlaceholder('Name').fill('Ann');
    await author.getByPlaceholder('Password').fill('a long secret');
    await author.getByRole('button', { name: 'Become the author' }).click();
    await author.getByPlaceholder('Title').fill('A <b>day</b>');
    await author.locator('textarea').fill('One line\nand <script>another</script>');
    await author.getByRole('button', { name: 'Publish' }).click();
    const text = author.locator('article.entry .text');
    expect(await text.innerText()).toBe('One line\nand <script>another</script>');
    // The module's own style sheet came with it.
    const style = author.locator('link[rel=stylesheet]');
    expect(await style.getAttribute('href')).toContain('blog.css');
    expect(await author.evaluate('getComputedStyle(document.body).fontFamily')).toContain(
      'Georgia',
    );

    await author.getByRole('button', { name: 'Log out Ann' }).click();
    await author.getByRole('link', { name: 'New entry' }).waitFor({ state: 'detached' });
    await author.goto(`${site}/compose`);
    await author.getByPlaceholder('Email').fill('ann@a.test');
    await author.getByPlaceholder('Password').fill('a long secret');
    await author.getByRole('button', { name: 'Log in' }).click();
    await author.getByPlaceholder('Title').waitFor();

    const reader = await visit(site);
    expect(await reader.locator('article.entry h2').innerText()).toBe('A <b>day</b>');
    expect(await reader.getByText('Change').count()).toBe(0);
    const entries = await reader.evaluate(READ_FEED);
    expect(entries).toEqual([['A <b>day</b>', 'One line\nand <script>another</script>', 'Ann']]);
  });
});
