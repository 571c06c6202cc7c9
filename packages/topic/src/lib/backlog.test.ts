import { describe, expect, it } from 'vitest';
import { Backlog, type SlowReaderPolicy } from './backlog.ts';

function filled(policy: SlowReaderPolicy, messages: readonly string[], maxBytes = 10) {
  const backlog = new Backlog<string>(maxBytes, policy);
  const answers = messages.map((message) => backlog.add(message, message.charAt(0)));
  const left: string[] = [];
  const { bytes } = backlog;
  for (let one = backlog.take(); one !== null; one = backlog.take()) left.push(one);
  return { left, bytes, isStaying: !answers.includes(false) };
}

describe('Backlog', () => {
  it('keeps everything up to four times the limit with `wait`', () => {
    expect(filled('wait', ['aaaaa', 'bbbbb', 'ccccc'])).toEqual({
      left: ['aaaaa', 'bbbbb', 'ccccc'],
      bytes: 15,
      isStaying: true,
    });
    expect(filled('wait', ['a'.repeat(40)]).isStaying).toBe(true);
    expect(filled('wait', ['a'.repeat(41)]).isStaying).toBe(false);
  });

  it('drops the oldest with `dropOldest`', () => {
    const { left, bytes } = filled('dropOldest', ['aaaa', 'bbbb', 'cccc']);
    expect({ left, bytes }).toEqual({ left: ['bbbb', 'cccc'], bytes: 8 });
  });

  it('keeps the newest however large it is', () => {
    expect(filled('dropOldest', ['aaaa', 'b'.repeat(20)]).left).toEqual(['b'.repeat(20)]);
  });

  it('keeps the last of each key in its place with `keepLatest`', () => {
    expect(filled('keepLatest', ['a1', 'b1', 'a2', 'a3'])).toEqual({
      left: ['a3', 'b1'],
      bytes: 4,
      isStaying: true,
    });
    expect(filled('keepLatest', ['a1111', 'b1111', 'c1111']).left).toEqual(['b1111', 'c1111']);
  });

  it('gives the reader up at the limit with `close`', () => {
    expect(filled('close', ['aaaaa', 'bbbbb']).isStaying).toBe(true);
    expect(filled('close', ['aaaaa', 'bbbbbb']).isStaying).toBe(false);
  });

  it('has no memory of what was taken', () => {
    const backlog = new Backlog<string>(1000, 'keepLatest');
    for (let n = 0; n < 1000; n++) {
      backlog.add(`k${n}`, 'k');
      backlog.add(`x${n}`, undefined);
      expect(backlog.take()).toBe(`k${n}`);
      expect(backlog.take()).toBe(`x${n}`);
    }
    expect([backlog.bytes, backlog.isEmpty]).toEqual([0, true]);
  });
});
