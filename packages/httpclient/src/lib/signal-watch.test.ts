import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SignalWatch } from './signal-watch.ts';

class Listener {
  readonly heard: unknown[] = [];

  signalAborted(reason: unknown): void {
    this.heard.push(reason);
  }
}

describe('SignalWatch', () => {
  it('tells everybody who waits on the signal, once, with the reason', () => {
    const watch = new SignalWatch();
    const controller = new AbortController();
    const listeners = [new Listener(), new Listener()];
    for (const one of listeners) watch.add(controller.signal, one);
    controller.abort('why');
    for (const one of listeners) expect(one.heard).toEqual(['why']);
    expect(watch.size).toBe(0);
  });

  it('has one listener a signal, and none when nobody waits', () => {
    const watch = new SignalWatch();
    const { signal } = new AbortController();
    const listeners = Array.from({ length: 50 }, () => new Listener());
    for (const one of listeners) watch.add(signal, one);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const one of listeners) watch.remove(signal, one);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(watch.size).toBe(0);
  });

  it('tells nobody who has been removed', () => {
    const watch = new SignalWatch();
    const controller = new AbortController();
    const gone = new Listener();
    const there = new Listener();
    watch.add(controller.signal, gone);
    watch.add(controller.signal, there);
    watch.remove(controller.signal, gone);
    watch.remove(controller.signal, gone);
    controller.abort();
    expect(gone.heard).toEqual([]);
    expect(there.heard).toHaveLength(1);
  });
});
