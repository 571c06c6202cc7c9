// EJS in its fast form: strict, without `with`, without debugging, its files from memory and cached. It has no inheritance, so
// the page is put together by includes.
import ejs from 'ejs';
import type { Compiled, PageName, System } from '../cases.ts';

const OPTIONS = {
  strict: true,
  _with: false,
  compileDebug: false,
  cache: true,
  localsName: 'it',
} as const;

function files(mark: string): Record<string, string> {
  return {
    table:
      `<table id="${mark}"><caption><%= it.title %></caption><% for (const row of it.rows) { %>` +
      '<tr><td><%= row.id %></td><td><%= row.name %></td><td><%= row.city %></td><td><%= row.price %></td>' +
      '<td><% if (row.isNew) { %><b>new</b><% } %></td></tr><% } %></table>',
    'base-top':
      `<html id="${mark}"><head><title><%= it.title %> - Shop</title></head><body>` +
      '<ul><% for (const item of it.menu) { %><li><a href="<%= item.url %>"><%= item.label %></a></li><% } %></ul>' +
      '<p>Hello, <%= it.user %></p><main>',
    'base-end': '</main><footer>The end</footer></body></html>',
    'section-top':
      '<%- include("/base-top", it) %><aside><ul><% for (const name of it.related) { %><li><%= name %></li><% } %></ul></aside>' +
      '<article>',
    'section-end': '</article><%- include("/base-end", it) %>',
    page:
      '<%- include("/section-top", it) %><h1><%= it.title %></h1><% for (const comment of it.comments) { %>' +
      '<div><b><%= comment.author %></b><p><%= comment.text %></p></div><% } %><%- include("/section-end", it) %>',
  };
}

export const system: System = {
  compile<Name extends PageName>(name: Name, mark: string): Compiled[Name] {
    const texts = files(mark);
    ejs.clearCache();
    // Absolute paths: for others it asks the file system at each inclusion.
    ejs.fileLoader = (path) => texts[path.slice(1, -'.ejs'.length)] ?? '';
    return ejs.compile(texts[name] ?? '', { ...OPTIONS, filename: `/${name}.ejs` });
  },
};
