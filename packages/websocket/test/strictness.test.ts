// The table of strictness: every row on every split of its bytes, and on its page, STRICTNESS.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outcomes, refusalText } from './collect.ts';
import { FRAME_CHAPTERS } from './strictness/frame-rows.ts';
import { PAYLOAD_CHAPTERS } from './strictness/payload-rows.ts';
import type { Chapter, Row } from './strictness/rows.ts';

const CHAPTERS = [...FRAME_CHAPTERS, ...PAYLOAD_CHAPTERS];
const PAGE = new URL('../STRICTNESS.md', import.meta.url);

describe.each(CHAPTERS)('$title', ({ options, rows }) => {
  it.each(rows)('%s (RFC %s)', (_what, _section, bytes, outcome) => {
    expect(outcomes(bytes, options)).toEqual(new Set([outcome]));
  });
});

/** As the page shows it: without the numbers of behaviours. */
function rowText({ options }: Chapter, [what, section, bytes, outcome]: Row): string {
  const name = what.replace(/ \((?:[A-Z]{3}-\d+(?:, )?)+\)/, '');
  const code = /! (\d+)$/.exec(outcome)?.[1];
  const answer = code === undefined ? 'taken' : `${code}: ${refusalText(bytes, options)}`;
  return `| ${name} | ${section} | ${answer} |`;
}

function tables(): string {
  return CHAPTERS.map((chapter) =>
    [
      `## ${chapter.title}`,
      '',
      '| what comes | RFC | answer |',
      '| --- | --- | --- |',
      ...chapter.rows.map((row) => rowText(chapter, row)),
      '',
    ].join('\n'),
  ).join('\n');
}

/** Without what a formatter of Markdown changes. */
function plain(text: string): string {
  return text.replace(/ {2,}/g, ' ').replace(/-{3,}/g, '---').trim();
}

describe('STRICTNESS.md', () => {
  it('has every row of the table, and no other', () => {
    const page = readFileSync(PAGE, 'utf8');
    const introduction = page.slice(0, page.indexOf('## '));
    if (process.env['TYPHOON_WRITE_PAGES'] !== undefined)
      writeFileSync(PAGE, introduction + tables());
    else expect(plain(page.slice(introduction.length))).toBe(plain(tables()));
  });
});
