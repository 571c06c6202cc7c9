// Eta, escaping as it does by default; inheritance by its layouts.
import { Eta } from 'eta';
import type { Compiled, PageName, System } from '../cases.ts';

function files(mark: string): Record<string, string> {
  return {
    '@table':
      `<table id="${mark}"><caption><%= it.title %></caption><% for (const row of it.rows) { %>` +
      '<tr><td><%= row.id %></td><td><%= row.name %></td><td><%= row.city %></td><td><%= row.price %></td>' +
      '<td><% if (row.isNew) { %><b>new</b><% } %></td></tr><% } %></table>',
    '@base':
      `<html id="${mark}"><head><title><%= it.title %> - Shop</title></head><body>` +
      '<ul><% for (const item of it.menu) { %><li><a href="<%= item.url %>"><%= item.label %></a></li><% } %></ul>' +
      '<p>Hello, <%= it.user %></p><main><%~ it.body %></main><footer>The end</footer></body></html>',
    '@section':
      '<% layout("@base") %><aside><ul><% for (const name of it.related) { %><li><%= name %></li><% } %></ul></aside>' +
      '<article><%~ it.body %></article>',
    '@page':
      '<% layout("@section") %><h1><%= it.title %></h1><% for (const comment of it.comments) { %>' +
      '<div><b><%= comment.author %></b><p><%= comment.text %></p></div><% } %>',
  };
}

export const system: System = {
  compile<Name extends PageName>(name: Name, mark: string): Compiled[Name] {
    const eta = new Eta();
    for (const [file, text] of Object.entries(files(mark))) {
      if (name === 'page' || file === '@table') eta.loadTemplate(file, text);
    }
    return (data: object) => eta.render(`@${name}`, data);
  },
};
