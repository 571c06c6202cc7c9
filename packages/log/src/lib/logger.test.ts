import { describe, expect, it } from 'vitest';

import { LogHandler } from './log-handler.ts';
import { LogLevel } from './log-level.ts';
import { Logger } from './logger.ts';

import type { LogRecord } from './log-record.ts';
import type { LoggerTree } from './logger.ts';

class ListHandler extends LogHandler {
  readonly records: LogRecord[] = [];
  protected override emit(record: LogRecord): void {
    this.records.push(record);
  }
  get messages(): string[] {
    return this.records.map((record) => record.message);
  }
}

/** A tree of its own: root, `a`, `a.b`. */
function makeTree() {
  const tree: LoggerTree = { sink: null };
  const root = new Logger(tree, 'root', null, LogLevel.WARNING);
  const a = new Logger(tree, 'a', root, LogLevel.NOTSET);
  const b = new Logger(tree, 'a.b', a, LogLevel.NOTSET);
  const handler = new ListHandler();
  root.addHandler(handler);
  return { tree, root, a, b, handler };
}

/** What `fn` writes to standard error. */
function stderrOf(fn: () => void): string {
  const write = process.stderr.write.bind(process.stderr);
  let text = '';
  process.stderr.write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  try {
    fn();
  } finally {
    process.stderr.write = write;
  }
  return text;
}

describe('levels', () => {
  it('are those of the nearest ancestor that has one (PYS-24)', () => {
    const { root, a, b } = makeTree();
    expect(b.effectiveLevel).toBe(LogLevel.WARNING);
    a.setLevel('debug');
    expect(b.effectiveLevel).toBe(LogLevel.DEBUG);
    expect(root.effectiveLevel).toBe(LogLevel.WARNING);
    b.setLevel('ERROR');
    a.setLevel('info');
    expect(b.effectiveLevel).toBe(LogLevel.ERROR);
    b.setLevel(LogLevel.NOTSET);
    expect(b.effectiveLevel).toBe(LogLevel.INFO);
  });

  it('follow an ancestor that goes back to inheriting', () => {
    const { root, a, b } = makeTree();
    a.setLevel('error');
    root.setLevel('info');
    a.setLevel('notset');
    expect([a.effectiveLevel, b.effectiveLevel]).toEqual([20, 20]);
  });

  it('decide what is logged, by method (LOG-1)', () => {
    const { a, handler } = makeTree();
    a.setLevel('debug');
    a.debug('d');
    a.info('i');
    a.warning('w');
    a.error('e');
    a.critical('c');
    a.log(15, 'between');
    expect(handler.records.map((record) => record.level)).toEqual([10, 20, 30, 40, 50, 15]);
    a.setLevel('critical');
    a.error('no');
    a.log(49, 'no');
    expect(handler.records).toHaveLength(6);
  });

  it('keep a disabled call from touching its arguments', () => {
    const { a } = makeTree();
    const touched = { toString: () => expect.fail('was formatted') };
    a.info('%s', touched);
    expect(a.isEnabledFor(LogLevel.INFO)).toBe(false);
  });
});

describe('delivery', () => {
  it('goes to the handlers up the chain (PYS-24)', () => {
    const { a, b, handler } = makeTree();
    const own = new ListHandler();
    a.addHandler(own);
    b.warning('from %s', 'below');
    expect(own.messages).toEqual(['from below']);
    expect(handler.messages).toEqual(['from below']);
    expect(handler.records[0]?.name).toBe('a.b');
  });

  it('stops where a logger does not propagate', () => {
    const { a, b, handler } = makeTree();
    const own = new ListHandler();
    a.addHandler(own);
    a.propagate = false;
    b.warning('x');
    expect([own.messages, handler.messages]).toEqual([['x'], []]);
  });

  it('asks the filters of the logger that was called, not those above (PYS-24)', () => {
    const { a, b, handler } = makeTree();
    const hide = () => false;
    a.addFilter(hide);
    a.warning('hidden');
    b.warning('passes');
    a.removeFilter(hide);
    a.warning('again');
    expect(handler.messages).toEqual(['passes', 'again']);
  });

  it('asks level and filters of each handler', () => {
    const { a, handler } = makeTree();
    handler.level = LogLevel.ERROR;
    const filter = (record: LogRecord) => !record.message.startsWith('skip');
    handler.addFilter(filter);
    a.warning('low');
    a.error('skip');
    a.error('take');
    handler.removeFilter(filter);
    a.error('skip no more');
    expect(handler.messages).toEqual(['take', 'skip no more']);
  });

  it('takes no handler twice, and none that was removed', () => {
    const { root, a, handler } = makeTree();
    root.addHandler(handler);
    a.warning('once');
    root.removeHandler(handler);
    stderrOf(() => {
      a.warning('none');
    });
    expect(handler.messages).toEqual(['once']);
  });

  it('falls back to standard error from WARNING on where nobody listens (PYS-24)', () => {
    const { root, a, handler } = makeTree();
    root.removeHandler(handler);
    root.setLevel('debug');
    const text = stderrOf(() => {
      a.info('nobody hears');
      a.warning('%d ears', 2);
    });
    expect(text).toBe('2 ears\n');
  });

  it('tells standard error of a handler that throws, and goes on', () => {
    const { a, b, handler } = makeTree();
    const bad = new ListHandler();
    bad.addFilter(() => {
      throw new Error('broken filter');
    });
    a.addHandler(bad);
    const text = stderrOf(() => {
      b.error('important');
    });
    expect(text).toMatch(/^Logging failed: Error: broken filter\n[^]*The record was: important\n$/);
    expect(handler.messages).toEqual(['important']);
  });
});

describe('a filter', () => {
  it('may remove and add filters and handlers while it is asked', () => {
    const { a, handler } = makeTree();
    const once = () => {
      a.removeFilter(once);
      a.addFilter(once);
      a.removeHandler(handler);
      a.addHandler(handler);
      return true;
    };
    a.addFilter(once);
    a.warning('x');
    expect(handler.messages).toEqual(['x', 'x']);
  });
});

describe('the sink', () => {
  it('takes the place of the handlers; levels and logger filters still count', () => {
    const { tree, a, handler } = makeTree();
    const seen: string[] = [];
    tree.sink = { write: (record) => seen.push(record.message) };
    a.addFilter((record) => record.message !== 'hidden');
    a.info('low');
    a.warning('hidden');
    a.warning('seen');
    expect([seen, handler.messages]).toEqual([['seen'], []]);
  });

  it('cannot harm who logs by throwing', () => {
    const { tree, a } = makeTree();
    tree.sink = {
      write: () => {
        throw new TypeError('sink is full');
      },
    };
    const text = stderrOf(() => {
      a.error('water');
    });
    expect(text).toMatch(/^Logging failed: TypeError: sink is full\n[^]*The record was: water\n$/);
  });

  it('learns where the call stands only if it asks', () => {
    const { tree, a } = makeTree();
    const seen: string[] = [];
    const write = (record: LogRecord) => seen.push(record.caller.module);
    tree.sink = { write };
    a.warning('x');
    tree.sink = { write, needsCaller: true };
    a.warning('x');
    a.log(LogLevel.ERROR, 'x');
    expect(seen).toEqual(['?', 'logger.test', 'logger.test']);
  });

  it('tells handlers further up where the call stands if they show it', () => {
    const { b, handler } = makeTree();
    b.warning('x');
    handler.formatter = { usesCaller: true, format: (record) => record.message };
    b.warning('x');
    handler.level = LogLevel.ERROR;
    b.warning('x');
    expect(handler.records.map((record) => record.caller.module)).toEqual(['?', 'logger.test']);
  });
});
