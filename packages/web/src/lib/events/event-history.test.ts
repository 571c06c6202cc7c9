import { describe, expect, it } from 'vitest';
import { EventHistory } from './event-history.ts';

const dataOf = (events: readonly { data: string }[]): string[] => events.map(({ data }) => data);

describe('EventHistory', () => {
  it('tells what came behind an event', () => {
    const history = new EventHistory();
    const ids = ['a', 'b', 'c'].map((data) => history.add(data).id ?? '');
    const missed = history.since(ids[0] ?? '');
    expect([dataOf(missed.events), missed.isComplete]).toEqual([['b', 'c'], true]);
    expect(history.since(ids[2] ?? '')).toEqual({ events: [], isComplete: true });
  });

  it('is bounded by number and by size, and says what it has lost', () => {
    const history = new EventHistory({ maxEvents: 3, maxBytes: 20 });
    const first = history.add('1').id ?? '';
    const second = history.add('2').id ?? '';
    for (const data of ['3', '4']) history.add(data);
    expect(history.since(first).isComplete).toBe(true);
    history.add('5');
    expect(history.since(first)).toMatchObject({ isComplete: false });
    expect(dataOf(history.since(second).events)).toEqual(['3', '4', '5']);
    history.add('123456789');
    expect(dataOf(history.since('x').events)).toEqual(['5', '123456789'].slice(-2));
  });

  it.each(['', 'x', '-1', '1', 'other-1'])('does not know %o', (id) => {
    const history = new EventHistory();
    history.add('a');
    expect(history.since(id)).toMatchObject({ isComplete: false, events: [{ data: 'a' }] });
  });

  it('knows no event that was not there yet', () => {
    const history = new EventHistory();
    const id = history.add('a').id ?? '';
    expect(history.since(id.replace(/\d+$/, '99')).isComplete).toBe(false);
  });
});
