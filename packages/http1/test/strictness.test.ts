// The table of strictness: every row on every split of its bytes, and on its page, STRICTNESS.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outcomes, refusalOf, requests, responses } from './collect.ts';
import { STRICTNESS, type Chapter, type Row } from '../src/testing.ts';

const PAGE = new URL('../STRICTNESS.md', import.meta.url);

function reader({ reads }: Chapter): ReturnType<typeof requests> {
  return reads === 'requests' ? requests() : responses(reads.responseTo);
}

describe.each(STRICTNESS)('$title', (chapter) => {
  it.each(chapter.rows)('%s (RFC %s)', (_what, _section, bytes, outcome) => {
    const isResponse = chapter.reads !== 'requests';
    expect(outcomes(reader(chapter), bytes, isResponse)).toEqual(new Set([outcome]));
  });
});

/** As the page shows it: without the numbers of behaviours. */
function rowText(chapter: Chapter, [what, section, bytes, outcome]: Row): string {
  const name = what.replace(/ \((?:[A-Z0-9]{3}-\d+(?:, )?|\d+(?:, )?)+\)/, '');
  const [code = '', status = ''] = outcome.split(' ');
  const answer = outcome.startsWith('ERR_')
    ? `${status} \`${code}\`: ${refusalOf(reader(chapter), bytes)}`
    : 'taken';
  return `| ${name} | ${section} | ${answer.replace(/[|\\<*_]/g, '\\$&').replaceAll('\\_', '_')} |`;
}

function tables(): string {
  return STRICTNESS.map((chapter) => {
    const rows = chapter.rows.map((row) => rowText(chapter, row));
    return [
      `## ${chapter.title}`,
      '',
      '| what comes | RFC | answer |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  }).join('\n');
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
