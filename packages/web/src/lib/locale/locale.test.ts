import { ExpectLog } from '@typhoon/log/testing';
import { DictLoader } from '@typhoon/template';
import { describe, expect, it } from 'vitest';
import { ask, handlerOf } from '../../../test/ask.ts';
import { Application } from '../application/application.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { acceptedLanguages } from './accept-language.ts';
import type { HandlerLocale, HandlerLocales } from './handler-locale.ts';

/** Speaks every language it is asked for, and says which. */
const locales: HandlerLocales = { getClosest: (...codes) => spoken(codes.join(' ')) };

function spoken(code: string): HandlerLocale {
  return {
    code,
    translate: (message, plural, count) => `${code}:${count === 2 ? String(plural) : message}`,
    pgettext: (context, message) => `${code}:${context}:${message}`,
    formatDate: (date, style) => `${code}:${Number(date)}:${String(style?.shorter)}`,
    formatDay: (date) => `${code}:${Number(date)}`,
  };
}

describe('acceptedLanguages', () => {
  it.each([
    ['de', ['de']],
    ['de, en;q=0.8, fr;q=0.9', ['de', 'fr', 'en']],
    ['de ; q=0.5,en; q=0.7', ['en', 'de']],
    ['de;q=0,en;q=-1,fr;q=x,es;q=', []],
    ['', []],
    ['pt-BR,*;q=0.1', ['pt-BR', '*']],
    ['de;q=1e9', []],
  ])('of %s are %j (WEB-82)', (header, codes) => {
    expect(acceptedLanguages(header)).toEqual(codes);
  });
});

describe('locale', () => {
  const page =
    '{{ _("cat") }} {{ _("cat", "cats", 2) }} {{ pgettext("zoo", "cat") }} {{ locale.code }}';
  const settings = { locales, templateLoader: new DictLoader({ 't.html': page }) };

  it('is the best that the browser accepts, and templates know it (WEB-74, 81, 82)', async () => {
    const headers = { 'Accept-Language': 'de;q=0.1, fr' };
    const { body } = await ask((handler) => handler.render('t.html'), { settings, headers });
    expect(body.toString()).toBe('fr de:cat fr de:cats fr de:zoo:cat fr de');
  });

  it('is the default where the browser accepts none (WEB-82)', async () => {
    const codeWith = async (headers: Record<string, string>): Promise<string> => {
      const answer = (one: RequestHandler): void => {
        one.write(`${one.locale.code} ${one.getBrowserLocale('eo').code}`);
      };
      return (await ask(answer, { settings, headers })).body.toString();
    };
    expect(await codeWith({})).toBe('en_US eo');
    expect(await codeWith({ 'Accept-Language': 'de;q=0' })).toBe('en_US eo');
  });

  it('is the user’s before the browser’s, asked for once, when it is needed (WEB-81)', async () => {
    let asked = 0;
    class Handler extends RequestHandler {
      override getUserLocale(): HandlerLocale {
        asked++;
        return spoken('nl');
      }
      override get(): void {
        this.write(`${asked}${this.locale.code}${this.locale.code}`);
      }
    }
    const { body } = await fetchApp(new Application([['/', Handler]]), '/');
    expect([body.toString(), asked]).toEqual(['0nlnl', 1]);
  });

  it('can be set (WEB-81)', async () => {
    const answer = (one: RequestHandler): void => {
      one.locale = spoken('sv');
      one.write(one.locale.code);
    };
    expect((await ask(answer)).body.toString()).toBe('sv');
  });

  it('without the setting is en_US, whose messages stand for themselves', async () => {
    const templateLoader = new DictLoader({ 't.html': page });
    const handler = handlerOf((one) => one.render('t.html'));
    const app = new Application([['/', handler]], { templateLoader });
    const headers = { 'Accept-Language': 'de' };
    const { body } = await fetchApp(app, '/', { headers });
    expect(body.toString()).toBe('cat cats cat en_US');
  });

  it('says dates, and needs the setting for that', async () => {
    const answer = (one: RequestHandler): void => {
      one.write(`${one.locale.formatDate(7, { shorter: true })} ${one.locale.formatDay(7)}`);
    };
    const headers = { 'Accept-Language': 'de' };
    expect((await ask(answer, { settings, headers })).body.toString()).toBe('de:7:true de:7');
    const { status } = await new ExpectLog('typhoon.application', 'Uncaught exception').run(() =>
      ask(answer),
    );
    expect(status).toBe(500);
  });
});
