// Pug without debugging; inheritance is its own. Its files are read from memory.
import pug from 'pug';
import type { Compiled, PageName, System } from '../cases.ts';

function files(mark: string): Record<string, string> {
  return {
    '/table.pug': `
table(id="${mark}")
  caption= title
  each row in rows
    tr
      td= row.id
      td= row.name
      td= row.city
      td= row.price
      td
        if row.isNew
          b new
`,
    '/base.pug': `
html(id="${mark}")
  head
    title
      block title
      |  - Shop
  body
    ul
      each item in menu
        li: a(href=item.url)= item.label
    p Hello, #{user}
    main
      block main
    footer The end
`,
    '/section.pug': `
extends base.pug
block main
  aside: ul
    each name in related
      li= name
  article
    block content
`,
    '/page.pug': `
extends section.pug
block title
  = title
block content
  h1= title
  each comment in comments
    div
      b= comment.author
      p= comment.text
`,
  };
}

export const system: System = {
  compile<Name extends PageName>(name: Name, mark: string): Compiled[Name] {
    const texts = files(mark);
    const filename = `/${name}.pug`;
    const memory = {
      resolve: (file: string) => `/${file}`,
      read: (path: string) => Buffer.from(texts[path] ?? ''),
    };
    return pug.compile(texts[filename] ?? '', {
      filename,
      compileDebug: false,
      plugins: [memory],
    } as pug.Options);
  },
};
