import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExpectLog } from '@typhoon/log/testing';
import { DictLoader } from '@typhoon/template';
import { describe, expect, it } from 'vitest';
import { ask, handlerOf, textOf } from '../../../test/ask.ts';
import { Application } from '../application/application.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { url } from '../application/url.ts';

function render(source: string, namespace: object = {}): Promise<string> {
  const templateLoader = new DictLoader({ 't.html': source });
  return textOf((handler) => handler.render('t.html', namespace), { settings: { templateLoader } });
}

function folderWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'typhoon-web-'));
  writeFileSync(join(folder, 't.html'), text);
  return folder;
}

describe('render', () => {
  it('finishes with the template’s text, escaped (WEB-70, 73)', async () => {
    expect(await render('<p>{{ name }}</p>', { name: '<b>' })).toBe('<p>&lt;b&gt;</p>');
  });

  it('comes too late behind finish', async () => {
    let thrown: unknown;
    await ask((handler) => {
      void handler.finish();
      try {
        void handler.render('t.html');
      } catch (error) {
        thrown = error;
      }
    });
    expect(thrown).toMatchObject({ code: 'ERR_FINISHED' });
  });

  it('answers 500 where the template fails', async () => {
    await new ExpectLog('typhoon.application', 'Uncaught exception').run(async () => {
      const templateLoader = new DictLoader({ 't.html': '{{ missing }}' });
      const { status } = await ask((handler) => handler.render('t.html'), {
        settings: { templateLoader },
      });
      expect(status).toBe(500);
    });
  });

  it('needs a folder, and says so (WEB-73)', async () => {
    await new ExpectLog('typhoon.application', 'Uncaught exception').run(async () => {
      const { body } = await ask((handler) => handler.render('t.html'), {
        settings: { serveTraceback: true },
      });
      expect(body.toString()).toContain("define the 'templatePath' setting");
    });
  });
});

describe('names in templates', () => {
  it('are handler, request and user, in both spellings (WEB-74)', async () => {
    const templateLoader = new DictLoader({
      't.html': '{{ handler.getStatus() }} {{ request.path }} {{ current_user }} {{ currentUser }}',
    });
    const text = await textOf(
      (handler) => {
        handler.currentUser = 'me';
        return handler.render('t.html');
      },
      { settings: { templateLoader } },
    );
    expect(text).toBe('200 / me me');
  });

  it('are reverse_url and xsrf_form_html (WEB-74)', async () => {
    const source =
      "{{ reverse_url('item', 5) }} {{ reverseUrl('item', 6) }} {% raw xsrf_form_html() %}";
    const templateLoader = new DictLoader({ 't.html': source });
    const handler = handlerOf((one) => one.render('t.html'));
    const app = new Application([url('/item/(.*)', handler, { name: 'item' })], { templateLoader });
    const text = (await fetchApp(app, '/item/1')).body.toString();
    expect(text).toMatch(/^\/item\/5 \/item\/6 <input type="hidden" name="_xsrf"/);
  });

  it('give way to those that render is given (WEB-74)', async () => {
    expect(
      await render('{{ request }} {{ current_user }}', { request: 'r', current_user: 'u' }),
    ).toBe('r u');
  });

  it('may be more: getTemplateNamespace (WEB-74)', async () => {
    class Handler extends RequestHandler {
      override getTemplateNamespace(): Record<string, unknown> {
        return { ...super.getTemplateNamespace(), site: 'here' };
      }
      override get(): void {
        this.write(this.renderString('t.html'));
      }
    }
    const templateLoader = new DictLoader({ 't.html': '{{ site }} {{ request.method }}' });
    const app = new Application([['/', Handler]], { templateLoader });
    expect((await fetchApp(app, '/')).body.toString()).toBe('here GET');
  });
});

describe('loaders', () => {
  const handler = handlerOf((one) => one.render('t.html', { x: '<' }));

  async function twice(settings: object): Promise<string[]> {
    const templatePath = folderWith('first {{ x }}');
    const app = new Application([['/', handler]], { templatePath, ...settings });
    const first = await fetchApp(app, '/');
    writeFileSync(join(templatePath, 't.html'), 'second {{ x }}');
    const second = await fetchApp(app, '/');
    return [first.body.toString(), second.body.toString()];
  }

  it('read a template once (WEB-73)', async () => {
    expect(await twice({})).toEqual(['first &lt;', 'first &lt;']);
  });

  it('read it anew where the cache is off, as debug has it (WEB-75, 87)', async () => {
    expect(await twice({ compiledTemplateCache: false })).toEqual(['first &lt;', 'second &lt;']);
    expect(await twice({ debug: true })).toEqual(['first &lt;', 'second &lt;']);
    expect(await twice({ debug: true, compiledTemplateCache: true })).toEqual([
      'first &lt;',
      'first &lt;',
    ]);
  });

  it('are made once a folder, by createTemplateLoader (WEB-73)', async () => {
    let made = 0;
    class Handler extends RequestHandler {
      override createTemplateLoader(
        path: string,
      ): ReturnType<RequestHandler['createTemplateLoader']> {
        made++;
        return super.createTemplateLoader(path);
      }
      override get(): void {
        void this.render('t.html');
      }
    }
    const app = new Application([['/', Handler]], { templatePath: folderWith('x') });
    await fetchApp(app, '/');
    await fetchApp(app, '/');
    expect(made).toBe(1);
  });

  it('escape and squeeze as the settings say (WEB-73)', async () => {
    const templatePath = folderWith('{{ x }}   a\n\n b');
    const textWith = async (settings: object): Promise<string> => {
      const app = new Application([['/', handler]], { templatePath, ...settings });
      return (await fetchApp(app, '/')).body.toString();
    };
    expect(await textWith({ autoescape: null })).toBe('< a\nb');
    expect(await textWith({ templateWhitespace: 'all' })).toBe('&lt;   a\n\n b');
  });
});
