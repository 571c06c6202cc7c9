import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, vi } from 'vitest';

import { OptionParser } from './option-parser.ts';

function helpOf(define: (options: OptionParser) => void): string {
  let text = '';
  const options = new OptionParser({ stream: { write: (part) => (text += part) } });
  define(options);
  options.printHelp();
  return text;
}

describe('the help', () => {
  it('lists groups, and names with dashes in each, as columns (OPT-1, 18)', () => {
    const text = helpOf((options) => {
      options.defineAll({
        log_file: { metavar: 'PATH', help: 'where to log', group: 'log' },
        logAt: { default: 'noon', help: 'when to log', group: 'log' },
        port: { default: 8888, group: 'network', help: 'port to listen on' },
      });
    });
    expect(text.slice(text.indexOf('\n'))).toBe(`

Options:

  --help                           show this help information

log options:

  --log-at                         when to log (default noon)
  --log-file=PATH                  where to log

network options:

  --port                           port to listen on (default 8888)

`);
  });

  it('wraps what is said of an option to 44 columns (OPT-18)', () => {
    const help = 'the quick brown fox jumps over the lazy dog that sleeps in the sun';
    const text = helpOf((options) => {
      options.define('animal', { default: 'fox', help, group: 'g' });
    });
    const [first, second] = text.split('\n').filter((line) => /quick|sleeps/.test(line));
    expect(first).toBe(`  --animal${' '.repeat(24)} ${help.slice(0, 43)}`);
    expect(second).toBe(`${' '.repeat(34)} that sleeps in the sun (default fox)`);
  });

  it('puts what is said of an option with a long name, or nothing, below it (OPT-18)', () => {
    const text = helpOf((options) => {
      options.define('a'.repeat(31), { help: 'long', group: 'g' });
      options.define('b', { group: 'g' });
    });
    expect(text).toContain(
      `  --${'a'.repeat(31)} \n${' '.repeat(34)} long\n  --b${' '.repeat(29)} \n`,
    );
  });

  it('breaks a word only if it is longer than a line (OPT-18)', () => {
    const text = helpOf((options) => {
      options.define('a', { help: `see ${'x'.repeat(50)} and log-file`, group: 'g' });
    });
    expect(text).toContain(`see\n${' '.repeat(35)}${'x'.repeat(44)}\n`);
  });

  it.each([
    ['', { default: '' }],
    ['', { default: null }],
    ['', { multiple: true }],
    ['(default 0)', { default: 0 }],
    ['(default false)', { default: false }],
    ['(default 1,2)', { default: [1, 2], multiple: true, type: 'integer' }],
    ['(default 1h)', { default: 3_600_000, type: 'duration' }],
    ['(default 1500ms)', { default: 1500, type: 'duration' }],
    ['(default 2026-01-31 12:00:00)', { default: new Date(2026, 0, 31, 12) }],
  ] as const)('says %j of an option with %j (OPT-18)', (words, definition) => {
    const text = helpOf((options) => options.defineAll({ x: { ...definition, group: 'g' } }));
    expect(/--x\s+(.*)/.exec(text)?.[1]).toBe(words);
  });

  it('shows a file below the working directory from there (OPT-17)', () => {
    expect(helpOf((options) => options.define('x'))).toContain(
      `\n${relative(process.cwd(), fileURLToPath(import.meta.url))} options:\n`,
    );
  });

  it('is printed, and the program ended with 0, by --help (OPT-16)', () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const exit = vi.spyOn(process, 'exit').mockImplementation((status) => {
      throw new Error(`exit ${String(status)}`);
    });
    try {
      expect(() => new OptionParser().parseCommandLine(['main', '--help'])).toThrow('exit 0');
      expect(written).toHaveBeenCalledWith(expect.stringContaining('Options:'));
    } finally {
      exit.mockRestore();
      written.mockRestore();
    }
  });

  it('is not printed by --help=false (OPT-16)', () => {
    const write = vi.fn();
    new OptionParser({ stream: { write } }).parseCommandLine(['main', '--help=false']);
    expect(write).not.toHaveBeenCalled();
  });
});
