// Templates made to hurt: what takes quadratic time here takes minutes, and runs into the time limit of a test.
import { describe, expect, it } from 'vitest';

import { TemplateError } from './template-error.ts';
import { Template } from './template.ts';
import { filterWhitespace } from './whitespace.ts';

function render(source: string, names: object = {}): string {
  return new Template(source).generate(names).toString();
}

describe('much of something takes linear time', () => {
  it.each([
    ['braces with spaces', '{ '.repeat(1_000_000)],
    ['text', 'a\n'.repeat(3_000_000)],
    ['closing braces', '}} %} #} '.repeat(200_000)],
  ])('%s', (_, text) => {
    expect(render(text)).toBe(text);
  });

  it.each([
    ['escaped braces', '{{!', '{{'],
    ['comments', '{# {{ #}', ''],
    ['comment directives', '{% comment x %}', ''],
  ])('%s', (_, tag, result) => {
    expect(render(tag.repeat(200_000))).toBe(result.repeat(200_000));
  });

  it.each([
    ['expressions', '{{ x }}', 'y'],
    ['names', null, 'y'],
    ['blocks', '{% if x %}a{% end %}', 'a'],
    ['functions', '{% apply squeeze %}a{% end %}', 'a'],
    ['assignments', '{% set x = x %}', ''],
  ])('%s', (_, tag, result) => {
    const count = 10_000;
    const names: Record<string, string> = { x: 'y' };
    const tags = Array.from({ length: count }, (__, i) => {
      if (tag !== null) return tag;
      names[`x${i}`] = 'y';
      return `{{ x${i} }}`;
    });
    expect(render(tags.join(''), names)).toBe(result.repeat(count));
  });

  it('braces without end', () => {
    const error = expect.objectContaining({ code: 'ERR_TEMPLATE_SYNTAX' }) as Error;
    expect(() => render('{'.repeat(1_000_000))).toThrow(error);
  });

  it('white space of all kinds', () => {
    const run = '\r\t \f\u00a0'.repeat(400_000);
    expect(filterWhitespace('single', `${run}a`)).toHaveLength(1_600_001);
    expect(filterWhitespace('single', `${run}\n${run}`)).toBe('\n');
    expect(filterWhitespace('oneline', `${run}a`)).toBe(' a');
  });

  it('a name in a file path’s quotes', () => {
    expect(() => render(`{% include ${'"\''.repeat(500_000)} %}`)).toThrow('no template loader');
  });

  it('an except clause', () => {
    const clause = `a as${' '.repeat(2_000)}`.repeat(20);
    expect(() => render(`{% try %}{% except ${clause}! %}{% end %}`)).toThrow('invalid expression');
  });
});

describe('depth', () => {
  const nested = (depth: number) => '{% if 1 %}'.repeat(depth) + 'x' + '{% end %}'.repeat(depth);

  it('of blocks is limited', () => {
    expect(render(nested(100))).toBe('x');
    const error = { code: 'ERR_TEMPLATE_TOO_DEEP', lineno: 1 };
    expect(() => render(nested(101))).toThrow(expect.objectContaining(error));
    expect(() => render(nested(100_000))).toThrow(expect.objectContaining(error));
  });

  it.each([
    ['parentheses', '('.repeat(100_000) + '1' + ')'.repeat(100_000)],
    ['lists', '['.repeat(100_000)],
    ['operators', '1' + '+1'.repeat(100_000)],
    ['functions', '()=>'.repeat(50_000) + '1'],
  ])('of %s in an expression ends in an error or a value, not in a crash', (_, source) => {
    let code = 'none';
    try {
      render(`{{ ${source} }}`);
    } catch (error) {
      code = error instanceof TemplateError ? error.code : String(error);
    }
    expect(code).toMatch(/^(none|ERR_TEMPLATE_EXPRESSION|ERR_TEMPLATE_COMPILE)$/);
  });
});
