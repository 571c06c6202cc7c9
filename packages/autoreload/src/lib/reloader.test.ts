import { rmSync, utimesSync } from 'node:fs';
import { IOLoop } from '@typhoon/ioloop';
import { VirtualClock } from '@typhoon/ioloop/testing';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';

import { Folder } from '../../test/folder.ts';
import { Reloader } from './reloader.ts';
import type { ReloaderOptions } from './reloader.ts';

const CHECK_TIME = 500;
const clock = (): VirtualClock => new VirtualClock({ autoJump: false });

/** A reloader of its own clock, and what it did. */
class Rig {
  readonly clock = clock();
  readonly loaded = new Set<string>();
  readonly done: string[] = [];
  hint: () => void = () => undefined;
  readonly reloader: Reloader;

  constructor(options: Partial<ReloaderOptions> = {}) {
    this.reloader = new Reloader({
      clock: this.clock,
      loadedFiles: () => this.loaded,
      hints: (tell) => {
        this.hint = tell;
        return { follow: () => undefined, close: () => undefined };
      },
      restart: () => this.done.push('restart'),
      isForkedChild: () => Promise.resolve(false),
      ...options,
    });
  }

  async look(): Promise<void> {
    await this.clock.advance(CHECK_TIME);
  }
}

/** Sets a file's time: one look apart it is as good as a change. */
function touch(file: string, seconds: number): void {
  utimesSync(file, seconds, seconds);
}

const expectRestart = (): ExpectLog =>
  new ExpectLog('typhoon.general', /.* modified; restarting server/, { level: 'info' });

describe('start', () => {
  it('does nothing the second time on a loop (ARL-1)', async () => {
    const rig = new Rig();
    rig.reloader.start();
    rig.reloader.start();
    await rig.look();
    expect(rig.clock.pendingTimers).toBe(1);
  });

  it('warns on another loop, and does nothing (ARL-1)', async () => {
    const rig = new Rig();
    rig.reloader.start();
    const other = new IOLoop({ clock: clock() });
    const before = IOLoop.current();
    other.makeCurrent();
    try {
      new ExpectLog('typhoon.general', /autoreload started more than once/).run(() => {
        rig.reloader.start();
      });
      rig.reloader.start();
    } finally {
      before.makeCurrent();
      other.close();
    }
    await rig.look();
    expect(rig.clock.pendingTimers).toBe(1);
  });

  it('does nothing in a child of forkProcesses (ARL-4)', async () => {
    const rig = new Rig({ isForkedChild: () => Promise.resolve(true) });
    rig.reloader.start();
    await rig.look();
    expect(rig.clock.pendingTimers).toBe(0);
  });
});

describe('a watched program', () => {
  it('starts anew when a file that is loaded or watched has changed (ARL-2)', async () => {
    const folder = new Folder();
    for (const name of ['loaded', 'watched']) {
      const rig = new Rig();
      rig.loaded.add(folder.write('loaded', ''));
      rig.reloader.watch(folder.write('watched', ''));
      rig.reloader.start();
      await rig.look();
      expect(rig.done).toEqual([]);
      touch(folder.file(name), 5);
      await expectRestart().run(() => rig.clock.advance(2 * CHECK_TIME));
      expect(rig.done).toEqual(['restart']);
    }
  });

  it('looks at once when a folder gives a hint, however seldom it looks by itself', async () => {
    const folder = new Folder();
    const rig = new Rig();
    rig.loaded.add(folder.write('loaded', ''));
    rig.reloader.start({ checkTime: 3_600_000 });
    await rig.look();
    rig.hint();
    await rig.look();
    expect(rig.done).toEqual([]);
    touch(folder.file('loaded'), 5);
    rig.hint();
    rig.hint();
    await expectRestart().run(() => rig.clock.advance(CHECK_TIME));
    expect(rig.done).toEqual(['restart']);
  });

  it('only remembers a file that it sees for the first time (ARL-2)', async () => {
    const folder = new Folder();
    const rig = new Rig();
    rig.reloader.start();
    rig.loaded.add(folder.write('late', ''));
    await rig.look();
    await rig.look();
    expect(rig.done).toEqual([]);
    touch(folder.file('late'), 5);
    await expectRestart().run(() => rig.clock.advance(2 * CHECK_TIME));
    expect(rig.done).toEqual(['restart']);
  });

  it('notices a change between being told of a file and the next look (ARL-2)', async () => {
    const folder = new Folder();
    const rig = new Rig();
    rig.reloader.start();
    rig.reloader.watch(folder.write('watched', ''));
    touch(folder.file('watched'), 5);
    await expectRestart().run(() => rig.clock.advance(2 * CHECK_TIME));
    expect(rig.done).toEqual(['restart']);
  });

  it('does not mind a file that vanishes, but does when it comes back changed (ARL-2)', async () => {
    const folder = new Folder();
    const rig = new Rig();
    rig.loaded.add(folder.write('a', ''));
    rig.reloader.watch(folder.file('never there'));
    rig.reloader.start();
    rmSync(folder.file('a'));
    await rig.look();
    expect(rig.done).toEqual([]);
    folder.replace('a', 'more');
    await expectRestart().run(() => rig.clock.advance(2 * CHECK_TIME));
    expect(rig.done).toEqual(['restart']);
  });

  it('waits until files are at rest', async () => {
    const folder = new Folder();
    const rig = new Rig();
    rig.loaded.add(folder.write('a', ''));
    rig.reloader.start();
    const expected = expectRestart();
    touch(folder.file('a'), 5);
    await rig.clock.advance(CHECK_TIME + 49);
    for (const second of [6, 7, 8]) {
      touch(folder.file('a'), second);
      await rig.clock.advance(50);
      expect(rig.done).toEqual([]);
    }
    await rig.clock.advance(50);
    expected[Symbol.dispose]();
    expect(rig.done).toEqual(['restart']);
  });

  it('runs its hooks first, in their order, whether they fail or not (ARL-3)', async () => {
    const folder = new Folder();
    const rig = new Rig();
    rig.loaded.add(folder.write('a', ''));
    const { reloader, done } = rig;
    reloader.addReloadHook(async () => {
      await Promise.resolve();
      done.push('first');
    });
    reloader.addReloadHook(() => {
      throw new Error('second');
    });
    reloader.addReloadHook(() => new Promise(() => undefined)); // never ends
    reloader.addReloadHook(() => done.push('fourth'));
    reloader.start();
    touch(folder.file('a'), 5);
    const failed = new ExpectLog('typhoon.general', 'Exception in reload hook');
    await expectRestart().run(() => rig.clock.advance(10_000));
    failed[Symbol.dispose]();
    expect(done).toEqual(['first', 'fourth', 'restart']);
  });

  it('is started anew once, even if that fails (ARL-3)', async () => {
    const folder = new Folder();
    let attempts = 0;
    const rig = new Rig({
      restart: () => {
        attempts++;
        throw new Error('not permitted');
      },
    });
    rig.loaded.add(folder.write('a', ''));
    rig.reloader.start();
    touch(folder.file('a'), 5);
    const failed = new ExpectLog('typhoon.general', 'cannot restart');
    await expectRestart().run(() => rig.clock.advance(2 * CHECK_TIME));
    failed[Symbol.dispose]();
    touch(folder.file('a'), 6);
    await rig.clock.advance(5 * CHECK_TIME);
    expect(attempts).toBe(1);
  });
});
