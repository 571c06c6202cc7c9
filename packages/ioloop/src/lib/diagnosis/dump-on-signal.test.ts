import { describe, expect, it } from 'vitest';
import { dumpOnSignal } from './dump-on-signal.ts';

describe('dumpOnSignal', () => {
  it('writes a dump when the signal comes, until it is turned off', () => {
    const written: string[] = [];
    const loop = { dump: () => 'nothing waits' };
    const turnOff = dumpOnSignal(loop, { write: (text) => written.push(text) });
    process.emit('SIGUSR2');
    turnOff();
    expect(process.listenerCount('SIGUSR2')).toBe(0);
    expect(written).toEqual(['nothing waits\n']);
  });
});
