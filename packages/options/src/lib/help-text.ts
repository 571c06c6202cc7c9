// What `--help` prints (OPT-18). Owns: its layout.
import { relative } from 'node:path';
import { typedName } from './option-table.ts';
import type { Option } from './option.ts';

const NAME_WIDTH = 30;
const HELP_WIDTH = 44;

/** The usage text of `options`; groups in the order of their names, the one without a name first. */
export function helpText(program: string, options: readonly Option[]): string {
  const lines = [`Usage: ${program} [OPTIONS]`, '', 'Options:', ''];
  const groups = [...new Set(options.map(({ group }) => group))].sort();
  for (const group of groups) {
    if (group !== '') lines.push('', `${groupTitle(group)} options:`, '');
    const members = options.filter((option) => option.group === group);
    members.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const option of members) lines.push(...optionLines(option));
  }
  return `${lines.join('\n')}\n\n`;
}

/** A file below the working directory is shown from there. */
function groupTitle(group: string): string {
  const short = relative(process.cwd(), group);
  return group.startsWith('/') && !short.startsWith('..') ? short : group;
}

function optionLines(option: Option): string[] {
  const { help = '', metavar } = option.definition;
  const name = typedName(option.name) + (metavar === undefined ? '' : `=${metavar}`);
  const fallback = option.defaultText === '' ? '' : `(default ${option.defaultText})`;
  const words = `${help} ${fallback}`.trim();
  const lines = words === '' ? [] : wrap(words, HELP_WIDTH);
  if (name.length > NAME_WIDTH || lines.length === 0) lines.unshift('');
  return lines.map((line, i) =>
    i === 0 ? `  --${name.padEnd(NAME_WIDTH)} ${line}` : `${' '.repeat(34)} ${line}`,
  );
}

/** Breaks at spaces, behind hyphens between letters, and inside a word only where it is longer than a line. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const chunk of chunksOf(text, width)) {
    if (line !== '' && (line + chunk).trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += line === '' ? chunk.trimStart() : chunk;
  }
  return [...lines, line.trimEnd()];
}

/** Words with the space behind them, cut where a line may end. */
function chunksOf(text: string, width: number): string[] {
  const words = text.replace(/\s+/g, ' ').match(/\S*?[a-z]-(?=[a-z])|\S+ ?/gi) ?? [];
  return words.flatMap((word) => word.match(new RegExp(`.{1,${width}} ?`, 'g')) ?? []);
}
