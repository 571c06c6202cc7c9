import { describe, expect, it } from 'vitest';
import '../../../test/quiet.ts';
import { Application } from '../application/application.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { addslash, removeslash } from './slashes.ts';

class Bare extends RequestHandler {
  @removeslash
  override get(): void {
    this.write('bare');
  }
  @removeslash
  override async post(): Promise<void> {
    await Promise.resolve();
  }
}

class Slashed extends RequestHandler {
  @addslash
  override get(): void {
    this.write('slashed');
  }
  @addslash
  override post(): void {
    // nothing
  }
}

async function answer(
  handler: typeof RequestHandler,
  target: string,
  method = 'GET',
): Promise<string> {
  const app = new Application([['/.*', handler]]);
  const { status, headers, body } = await fetchApp(app, target, { method });
  return `${status} ${headers.get('Location', body.toString().slice(0, 10))}`;
}

describe('removeslash', () => {
  it.each([
    ['/a', '200 bare'],
    ['/a/', '301 /a'],
    ['/a/?q=1', '301 /a?q=1'],
    ['/a//', '301 /a'],
    ['/', '200 bare'],
    ['//evil.example/', '301 /evil.example'],
  ])('%s is %s (WEB-85, SEC-35)', async (target, expected) => {
    expect(await answer(Bare, target)).toBe(expected);
  });

  it('answers 404 to what is no GET or HEAD (WEB-85)', async () => {
    expect(await answer(Bare, '/a/', 'POST')).toMatch(/^404/);
    expect(await answer(Bare, '/a', 'POST')).toMatch(/^200/);
  });
});

describe('addslash', () => {
  it.each([
    ['/a/', '200 slashed'],
    ['/a', '301 /a/'],
    ['/a?q=1', '301 /a/?q=1'],
    ['//evil.example', '301 /evil.example/'],
    ['/\\evil.example', '301 /evil.example/'],
  ])('%s is %s (WEB-85, SEC-35)', async (target, expected) => {
    expect(await answer(Slashed, target)).toBe(expected);
  });

  it('answers 404 to what is no GET or HEAD (WEB-85)', async () => {
    expect(await answer(Slashed, '/a', 'POST')).toMatch(/^404/);
  });
});
