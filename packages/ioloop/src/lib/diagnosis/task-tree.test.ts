import { describe, expect, it } from 'vitest';
import { renderTasks } from './task-tree.ts';
import type { TaskFacts } from './task-tree.ts';

function task(id: number, facts: Partial<TaskFacts> = {}): TaskFacts {
  const name = `task${id}`;
  const rest = { at: `app.js:${id}:1`, what: 'sleep', waitedMs: 1500, madeBy: [], waitsFor: [] };
  return { id, name, ...rest, isLost: false, ...facts };
}

describe('renderTasks', () => {
  it('says of each its name, where it waits, for how long and on what', () => {
    expect(renderTasks([task(1)])).toEqual(['#1 task1, waiting at app.js:1:1 for 1.5 s, on sleep']);
  });

  it('says of one that does not wait that it runs', () => {
    expect(renderTasks([task(1, { at: null })])).toEqual(['#1 task1, running or about to']);
  });

  it('puts those that are waited for under who waits', () => {
    const lines = renderTasks([task(1), task(2, { waitsFor: [1, 3] }), task(3)]);
    expect(lines.map((line) => line.split(',')[0])).toEqual([
      '#2 task2',
      '  #1 task1',
      '  #3 task3',
    ]);
  });

  it('shows one that several wait for once', () => {
    const lines = renderTasks([task(1, { waitsFor: [3] }), task(2, { waitsFor: [3] }), task(3)]);
    expect(lines[1]).toMatch(/^ {2}#3 task3, waiting/);
    expect(lines[3]).toBe('  #3 task3, see above');
  });

  it('names a cycle of waiters', () => {
    const lines = renderTasks([
      task(1, { waitsFor: [2] }),
      task(2, { waitsFor: [3] }),
      task(3, { waitsFor: [2] }),
    ]);
    expect(lines.at(-1)).toBe('      #2 task2, !! a cycle of waiters: #2 -> #3 -> #2');
  });

  it('finds a cycle that nobody else waits for', () => {
    const lines = renderTasks([task(1, { waitsFor: [2] }), task(2, { waitsFor: [1] })]);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('#1 -> #2 -> #1');
  });

  it('marks what nobody can settle, and says who made it', () => {
    const lines = renderTasks([task(1, { isLost: true, madeBy: ['    at main (app.js:9:1)'] })]);
    expect(lines.slice(1)).toEqual([
      '   made at main (app.js:9:1)',
      '   !! nobody can settle what it waits for any more',
    ]);
  });

  it('writes out a thousand, however deep, and counts the rest', () => {
    const chain = Array.from({ length: 1500 }, (_, at) => task(at + 1, { waitsFor: [at + 2] }));
    const lines = renderTasks(chain);
    expect(lines).toHaveLength(1001);
    expect(lines.at(-1)).toBe('... and 500 more');
  });
});
