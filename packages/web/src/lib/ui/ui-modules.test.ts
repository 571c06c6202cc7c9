import { ExpectLog } from '@typhoon/log/testing';
import { DictLoader } from '@typhoon/template';
import { describe, expect, it } from 'vitest';
import { handlerOf } from '../../../test/ask.ts';
import { folderOf } from '../../../test/folder.ts';
import { Application } from '../application/application.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { UIModule } from './ui-module.ts';
import type { ApplicationSettings } from '../application/application-settings.ts';

const PAGE = '<html><head></head><body>{% module Entry(1) %}{% module Entry(2) %}</body></html>';

/** A module that needs what `parts` says. */
function entryWith(parts: Partial<Record<keyof UIModule, unknown>> = {}): typeof UIModule {
  class Entry extends UIModule {
    override render(id: number): string {
      return `<b>${id}</b>`;
    }
  }
  for (const [name, value] of Object.entries(parts)) {
    Object.defineProperty(Entry.prototype, name, { value: () => value });
  }
  return Entry;
}

async function render(
  page: string,
  settings: ApplicationSettings = {},
  templates: Record<string, string> = {},
): Promise<string> {
  const templateLoader = new DictLoader({ ...templates, 't.html': page });
  const handler = handlerOf((one) => one.render('t.html'));
  const app = new Application([['/', handler]], { templateLoader, ...settings });
  return (await fetchApp(app, '/')).body.toString();
}

async function failure(page: string, settings: ApplicationSettings): Promise<string> {
  let text = '';
  await new ExpectLog('typhoon.application', 'Uncaught exception').run(async () => {
    text = await render(page, { serveTraceback: true, ...settings });
  });
  return text;
}

describe('a UI module', () => {
  it('stands in the page as it is, unescaped (WEB-78)', async () => {
    expect(await render(PAGE, { uiModules: { Entry: entryWith() } })).toBe(
      '<html><head></head><body><b>1</b><b>2</b></body></html>',
    );
  });

  it('is one object in one page, another in the next (WEB-78)', async () => {
    class Count extends UIModule {
      #count = 0;
      override render(): string {
        return String(++this.#count);
      }
    }
    const page = '{% module Count() %}{% module Count() %}';
    const templateLoader = new DictLoader({ 't.html': page });
    const rule = ['/', handlerOf((one) => one.render('t.html'))] as const;
    const app = new Application([rule], { templateLoader, uiModules: { Count } });
    expect((await fetchApp(app, '/')).body.toString()).toBe('12');
    expect((await fetchApp(app, '/')).body.toString()).toBe('12');
  });

  it('knows handler, request, user, language and ui', async () => {
    class Who extends UIModule {
      override render(): string {
        this.handler.currentUser = 'Ann';
        const names = Object.keys(this.ui ?? {});
        return [this.request.path, this.currentUser, this.locale.code, names.at(-1)].join(' ');
      }
    }
    expect(await render('{% module Who() %}', { uiModules: { Who } })).toBe('/ Ann en_US modules');
  });

  it('renders templates of its own', async () => {
    class Sub extends UIModule {
      override render(): Buffer {
        return this.renderString('sub.html', { x: '<' });
      }
    }
    const page = await render(
      '{% module Sub() %}',
      { uiModules: { Sub } },
      { 'sub.html': '{{ x }}' },
    );
    expect(page).toBe('&lt;');
  });

  it('that nobody knows is an error of the template', async () => {
    expect(await failure('{% module Nobody() %}', {})).toContain('Nobody');
  });
});

describe('what modules need', () => {
  it('comes once, in order: scripts at the end, styles and heads in the head (WEB-76)', async () => {
    const Entry = entryWith({
      javascriptFiles: ['/a.js', '/b.js', '/a.js'],
      embeddedJavascript: 'run()',
      cssFiles: '/a.css',
      embeddedCss: 'b { color: red }',
      htmlHead: '<meta>',
      htmlBody: '<hr>',
    });
    expect(await render(PAGE, { uiModules: { Entry } })).toBe(
      '<html><head>' +
        '<link href="/a.css" type="text/css" rel="stylesheet"/>\n' +
        '<style type="text/css">\nb { color: red }\n</style>\n' +
        '<meta>\n' +
        '</head><body><b>1</b><b>2</b>' +
        '<script src="/a.js" type="text/javascript"></script>' +
        '<script src="/b.js" type="text/javascript"></script>\n' +
        '<script type="text/javascript">\n//<![CDATA[\nrun()\n//]]>\n</script>\n' +
        '<hr>\n</body></html>',
    );
  });

  it('goes before the last </body> if it is a script, before the first if it is HTML (WEB-76)', async () => {
    const page = '<head></head>{% module Entry(1) %}</body></body>';
    const Entry = entryWith({ javascriptFiles: '/a.js', htmlBody: '<hr>' });
    expect(await render(page, { uiModules: { Entry } })).toBe(
      '<head></head><b>1</b><hr>\n</body><script src="/a.js" type="text/javascript"></script>\n</body>',
    );
  });

  it('has no place in a page without the tags (WEB-76)', async () => {
    const Entry = entryWith({ cssFiles: '/a.css' });
    const text = await failure('{% module Entry(1) %}', { uiModules: { Entry } });
    expect(text).toContain('the page has no </head>');
  });

  it('is a static file unless its path is absolute, and is escaped (WEB-77)', async () => {
    const Entry = entryWith({ cssFiles: ['a.css', 'https://cdn.test/?a&b'] });
    const page = await render(PAGE, {
      uiModules: { Entry },
      staticPath: folderOf({ 'a.css': 'b {}' }),
    });
    expect(page).toMatch(/href="\/static\/a\.css\?v=[0-9a-f]{128}"/);
    expect(page).toContain('href="https://cdn.test/?a&amp;b"');
  });

  it('is written as the handler says (WEB-76)', async () => {
    class Bundled extends RequestHandler {
      override renderLinkedJs(files: readonly string[]): string {
        return `<script src="/bundle?${files.join('+')}"></script>`;
      }
      override get(): unknown {
        return this.render('t.html');
      }
    }
    const templateLoader = new DictLoader({ 't.html': PAGE });
    const uiModules = { Entry: entryWith({ javascriptFiles: ['a', 'b'] }) };
    const app = new Application([['/', Bundled]], { templateLoader, uiModules });
    const page = (await fetchApp(app, '/')).body.toString();
    expect(page).toContain('<script src="/bundle?a+b"></script>');
  });
});

describe('the settings uiModules and uiMethods', () => {
  it('take objects, or lists of them; what is no module is passed over (WEB-79)', async () => {
    class One extends UIModule {
      override render(): string {
        return 'one';
      }
    }
    class Two extends One {
      override render(): string {
        return 'two';
      }
    }
    const settings = { uiModules: [{ One, helper: () => 0, Other: Map }, { Two }] };
    const page =
      '{% module One() %} {% module Two() %} {{ "helper" in modules || "Other" in modules }}';
    expect(await render(page, settings)).toBe('one two false');
  });

  it('take a module namespace (WEB-79)', async () => {
    const pages = await import('../../../test/ui-pages.ts');
    const settings = { uiModules: pages, uiMethods: pages };
    expect(await render('{% module Hello("you") %} {{ shout("hi") }}', settings)).toBe(
      'hello you HI of /',
    );
  });

  it('give methods the handler first; capitals and underscores are none (WEB-79)', async () => {
    const uiMethods = {
      method: (handler: RequestHandler, text: string) => `${handler.request.method} ${text}`,
      Capital: () => 0,
      _hidden: () => 0,
    };
    const page = '{{ method("x") }} {{ typeof Capital }} {{ typeof _hidden }}';
    expect(await render(page, { uiMethods })).toBe('GET x undefined undefined');
  });
});

describe('built-in modules', () => {
  it('are linkify and xsrf_form_html (WEB-80)', async () => {
    const page = '{% module linkify("see http://a.test") %} {% module xsrf_form_html() %}';
    const text = await render(page);
    expect(text).toContain('see <a href="http://a.test">http://a.test</a>');
    expect(text).toContain('<input type="hidden" name="_xsrf"');
  });

  const template = '{% module Template("sub.html", { x: 1 }) %}{% module Template("sub.html") %}';

  it('is Template, whose templates say themselves what they need (WEB-78, 80)', async () => {
    const page = `<head></head><body>${template}</body>`;
    const sub =
      '{{ set_resources({ css_files: "/s.css", embedded_javascript: "go()" }) }}{{ typeof x }},';
    expect(await render(page, {}, { 'sub.html': sub })).toBe(
      '<head><link href="/s.css" type="text/css" rel="stylesheet"/>\n</head><body>number,undefined,' +
        '<script type="text/javascript">\n//<![CDATA[\ngo()\n//]]>\n</script>\n</body>',
    );
  });

  it('refuses a template that needs something else each time (WEB-78)', async () => {
    const templateLoader = new DictLoader({
      't.html': template,
      'sub.html': '{{ setResources({ cssFiles: typeof x }) }}',
    });
    const text = await failure('', { templateLoader });
    expect(text).toContain('different resources for the same template sub.html');
  });
});

describe('behind finish', () => {
  it('there are no pages any more, and no ui (WEB-71)', async () => {
    const seen: unknown[] = [];
    class Late extends RequestHandler {
      override get(): void {
        seen.push(this.ui !== null);
        void this.render('t.html');
      }
      override onFinish(): void {
        seen.push(this.ui);
        try {
          this.renderString('t.html');
        } catch (error) {
          seen.push(error);
        }
      }
    }
    const app = new Application([['/', Late]], {
      templateLoader: new DictLoader({ 't.html': 'x' }),
    });
    await fetchApp(app, '/');
    expect(seen).toMatchObject([true, null, { code: 'ERR_FINISHED' }]);
  });

  it('of a connection that was taken over, pages go on (WEB-71)', async () => {
    let page = '';
    class Taken extends RequestHandler {
      override get(): void {
        const transport = this.detach();
        page = this.renderString('t.html').toString();
        transport.close();
      }
    }
    const app = new Application([['/', Taken]], {
      templateLoader: new DictLoader({ 't.html': 'x' }),
    });
    await fetchApp(app, '/').catch(() => undefined);
    expect(page).toBe('x');
  });
});
