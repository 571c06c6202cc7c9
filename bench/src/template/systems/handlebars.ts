// Handlebars with its helpers known beforehand; inheritance by partial blocks.
import handlebars from 'handlebars';
import type { Compiled, PageName, System } from '../cases.ts';

const OPTIONS = { knownHelpersOnly: true } as const;

function files(mark: string): Record<string, string> {
  return {
    table:
      `<table id="${mark}"><caption>{{title}}</caption>{{#each rows}}` +
      '<tr><td>{{id}}</td><td>{{name}}</td><td>{{city}}</td><td>{{price}}</td>' +
      '<td>{{#if isNew}}<b>new</b>{{/if}}</td></tr>{{/each}}</table>',
    base:
      `<html id="${mark}"><head><title>{{> title}} - Shop</title></head><body>` +
      '<ul>{{#each menu}}<li><a href="{{url}}">{{label}}</a></li>{{/each}}</ul>' +
      '<p>Hello, {{user}}</p><main>{{> main}}</main><footer>The end</footer></body></html>',
    section:
      '{{#> base}}{{#*inline "main"}}<aside><ul>{{#each related}}<li>{{this}}</li>{{/each}}</ul></aside>' +
      '<article>{{> content}}</article>{{/inline}}{{/base}}',
    page:
      '{{#> section}}{{#*inline "title"}}{{title}}{{/inline}}{{#*inline "content"}}<h1>{{title}}</h1>' +
      '{{#each comments}}<div><b>{{author}}</b><p>{{text}}</p></div>{{/each}}{{/inline}}{{/section}}',
  };
}

export const system: System = {
  compile<Name extends PageName>(name: Name, mark: string): Compiled[Name] {
    const own = handlebars.create();
    const { [name]: text = '', ...others } = files(mark);
    // As functions: those given as text are compiled anew at each use beside inline ones.
    for (const [partial, source] of Object.entries(name === 'page' ? others : {})) {
      own.registerPartial(partial, own.compile(source, OPTIONS));
    }
    return own.compile<object>(text, OPTIONS);
  },
};
