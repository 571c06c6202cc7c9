// The cases of `pnpm bench template`: two pages and what they are made of. Owns: the data, and what each page must come to.
// Must not know: any template language.

/** One page of the shop, or the table: what templates are rendered with. */
export interface Row {
  readonly id: number;
  readonly name: string;
  readonly city: string;
  readonly price: number;
  readonly isNew: boolean;
}

/** What the table is rendered with. */
export interface TableData {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** What the page of three levels is rendered with. */
export interface PageData {
  readonly title: string;
  readonly user: string;
  readonly menu: readonly { readonly url: string; readonly label: string }[];
  readonly related: readonly string[];
  readonly comments: readonly { readonly author: string; readonly text: string }[];
}

/** The pages. */
export type PageName = 'table' | 'page';

/** A page, compiled. */
export interface Compiled {
  table(data: TableData): string | Uint8Array;
  page(data: PageData): string | Uint8Array;
}

/** One template engine. */
export interface System {
  /**
   * Compiles the page's templates, and those they need, from their text. No two calls have the same `mark`; it stands in the
   * text, so that nobody can answer from a cache.
   */
  compile<Name extends PageName>(name: Name, mark: string): Compiled[Name];
}

/** What is measured. */
export interface Case {
  readonly name: `${'render' | 'compile'}-${PageName}`;
  readonly does: string;
  readonly batch: number;
}

export const CASES: readonly Case[] = [
  { name: 'render-table', does: 'render a table of 100 rows to UTF-8', batch: 50 },
  { name: 'render-page', does: 'render a page of three levels to UTF-8', batch: 500 },
  { name: 'compile-table', does: 'compile the table, and render it once', batch: 20 },
  { name: 'compile-page', does: 'compile the three levels, and render them once', batch: 20 },
];

// All engines write & < > as the same entities; what else they escape they do not agree on, and the data has none of it.
const NAMES = [
  'Bread & butter',
  'Plain',
  'The <best>',
  'Coffee',
  'Salt & pepper',
  'Tea',
  'Rye',
  'Milk',
];
const CITIES = ['Oslo', 'Łódź', 'São Paulo', 'Kyoto'];

export const TABLE: TableData = {
  title: 'Prices & more',
  rows: Array.from({ length: 100 }, (_, i) => ({
    id: i + 1,
    name: NAMES[i % NAMES.length] ?? '',
    city: CITIES[i % CITIES.length] ?? '',
    price: 100 + i,
    isNew: i % 3 === 0,
  })),
};

export const PAGE: PageData = {
  title: 'Bread & butter',
  user: 'Ann <ann@example.org>',
  menu: ['Home', 'Shop', 'News', 'About', 'Help'].map((label) => ({
    url: `/${label.toLowerCase()}`,
    label,
  })),
  related: ['Milk & honey', 'Tea', 'Coffee', 'Rye'],
  comments: Array.from({ length: 10 }, (_, i) => ({
    author: `Visitor ${i}`,
    text:
      i % 2 === 0 ? 'I like it, and so does everybody at home.' : 'Salt & pepper are <missing>.',
  })),
};

/** What `page` must come to, made by hand. */
export function expected(page: PageName, mark: string): string {
  return page === 'table' ? expectedTable(TABLE, mark) : expectedPage(PAGE, mark);
}

function expectedTable({ title, rows }: TableData, mark: string): string {
  const lines = rows.map(
    (row) =>
      `<tr><td>${row.id}</td><td>${escaped(row.name)}</td><td>${escaped(row.city)}</td><td>${row.price}</td>` +
      `<td>${row.isNew ? '<b>new</b>' : ''}</td></tr>`,
  );
  return `<table id="${mark}"><caption>${escaped(title)}</caption>${lines.join('')}</table>`;
}

function expectedPage({ title, user, menu, related, comments }: PageData, mark: string): string {
  const items = menu.map(({ url, label }) => `<li><a href="${url}">${label}</a></li>`);
  const others = related.map((name) => `<li>${escaped(name)}</li>`);
  const said = comments.map(
    ({ author, text }) => `<div><b>${escaped(author)}</b><p>${escaped(text)}</p></div>`,
  );
  return (
    `<html id="${mark}"><head><title>${escaped(title)} - Shop</title></head><body><ul>${items.join('')}</ul>` +
    `<p>Hello, ${escaped(user)}</p><main><aside><ul>${others.join('')}</ul></aside><article><h1>${escaped(title)}</h1>` +
    `${said.join('')}</article></main><footer>The end</footer></body></html>`
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
