import { closeSync, fstatSync, openSync } from 'node:fs';
import { genLog } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IOLoop } from './ioloop.ts';
import { MemoryPoller } from './testing/memory-poller.ts';

type Handler = (fd: number, events: number) => void;

/** Watches nothing, but tells what it was told, and is ready when the test says so. */
class ScriptedPoller extends MemoryPoller {
  readonly calls: unknown[] = [];
  readonly handlers = new Map<number, Handler>();

  addHandler(fd: number, handler: Handler, events: number): void {
    this.calls.push(['add', fd, events]);
    this.handlers.set(fd, handler);
  }
  updateHandler(fd: number, events: number): void {
    this.calls.push(['update', fd, events]);
  }
  removeHandler(fd: number): void {
    this.calls.push(['remove', fd]);
  }
}

class TestLoop extends IOLoop {
  readonly exceptions: unknown[] = [];

  override handleCallbackException(_callback: unknown, error: unknown): void {
    this.exceptions.push(error);
  }
}

let poller: ScriptedPoller;
let loop: TestLoop;

beforeEach(() => {
  loop = new TestLoop({ poller: (host) => (poller = new ScriptedPoller(host)) });
});

afterEach(() => {
  loop.close();
});

function nothing(): void {
  // for handlers that nobody calls
}

/** What the handler of `fd` does is under the test's control; the poller holds it whatever the loop thinks of it. */
function beReady(fd: number, events: number): void {
  loop.enter();
  poller.handlers.get(fd)?.(fd, events);
  loop.exit();
}

describe('addHandler', () => {
  it('hands the descriptor to a poller that can watch it', () => {
    loop.addHandler(3, nothing, IOLoop.READ);
    expect(poller.calls).toEqual([['add', 3, IOLoop.READ]]);
  });

  it('calls the handler with the descriptor and the mask (IOL-38)', () => {
    const seen: unknown[] = [];
    loop.addHandler(3, (...args) => seen.push(args), IOLoop.READ);
    beReady(3, IOLoop.READ | IOLoop.ERROR);
    expect(seen).toEqual([[3, IOLoop.READ | IOLoop.ERROR]]);
  });

  it('refuses a descriptor that has a handler: ERR_HANDLER_EXISTS (IOL-17)', () => {
    loop.addHandler(3, nothing, IOLoop.READ);
    expect(() => {
      loop.addHandler(3, nothing, IOLoop.WRITE);
    }).toThrow(
      expect.objectContaining({ code: 'ERR_HANDLER_EXISTS', message: 'fd 3 added twice' }),
    );
  });

  it('takes an object and its number for the same descriptor (IOL-17)', () => {
    loop.addHandler({ fd: 3 }, nothing, IOLoop.READ);
    expect(() => {
      loop.addHandler(3, nothing, IOLoop.READ);
    }).toThrow('fd 3 added twice');
    loop.removeHandler(3);
    expect(poller.calls).toEqual([
      ['add', 3, IOLoop.READ],
      ['remove', 3],
    ]);
  });

  it('gives the handler the object when it was passed one (IOL-17)', () => {
    const file = { fd: 4 };
    const seen: unknown[] = [];
    loop.addHandler(file, (one) => seen.push(one), IOLoop.READ);
    beReady(4, IOLoop.READ);
    expect(seen[0]).toBe(file);
  });

  it.each([-1, 1.5, NaN])('refuses %s: ERR_BAD_DESCRIPTOR', (fd) => {
    expect(() => {
      loop.addHandler(fd, nothing, IOLoop.READ);
    }).toThrow(expect.objectContaining({ code: 'ERR_BAD_DESCRIPTOR' }));
  });

  it('registers nothing when the poller refuses', () => {
    expect(loop.poller).toBe(poller);
    poller.addHandler = () => {
      throw new Error('EPERM');
    };
    const add = (): void => {
      loop.addHandler(3, nothing, IOLoop.READ);
    };
    expect(add).toThrow('EPERM');
    expect(add).toThrow('EPERM');
  });
});

describe('a handler', () => {
  it('may remove another whose event is pending, which then does not run (IOL-16)', () => {
    const seen: string[] = [];
    loop.addHandler(
      3,
      () => {
        seen.push('3');
        loop.removeHandler(4);
      },
      IOLoop.READ,
    );
    loop.addHandler(4, () => seen.push('4'), IOLoop.READ);
    beReady(3, IOLoop.READ);
    beReady(4, IOLoop.READ);
    expect(seen).toEqual(['3']);
  });

  it('does not get the event of the one it replaces (IOL-16)', () => {
    const seen: string[] = [];
    loop.addHandler(3, () => seen.push('old'), IOLoop.READ);
    const old = poller.handlers.get(3);
    loop.removeHandler(3);
    loop.addHandler(3, () => seen.push('new'), IOLoop.READ);
    old?.(3, IOLoop.READ);
    expect(seen).toEqual([]);
  });

  it('has what it throws handled like that of any callback (IOL-15)', () => {
    const error = new Error('thrown by the test');
    loop.addHandler(
      3,
      () => {
        throw error;
      },
      IOLoop.READ,
    );
    beReady(3, IOLoop.READ);
    expect(loop.exceptions).toEqual([error]);
  });

  it('drops a broken pipe silently (IOL-15)', () => {
    loop.addHandler(
      3,
      () => {
        throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
      },
      IOLoop.WRITE,
    );
    beReady(3, IOLoop.WRITE);
    expect(loop.exceptions).toEqual([]);
  });
});

describe('updateHandler', () => {
  it('changes the mask and nothing else (IOL-39)', () => {
    const seen: number[] = [];
    loop.addHandler(3, (_fd, events) => seen.push(events), IOLoop.READ);
    loop.updateHandler(3, IOLoop.WRITE);
    beReady(3, IOLoop.WRITE);
    expect(poller.calls).toEqual([
      ['add', 3, IOLoop.READ],
      ['update', 3, IOLoop.WRITE],
    ]);
    expect(seen).toEqual([IOLoop.WRITE]);
  });

  it('refuses a descriptor without a handler: ERR_HANDLER_MISSING', () => {
    expect(() => {
      loop.updateHandler(3, IOLoop.WRITE);
    }).toThrow(expect.objectContaining({ code: 'ERR_HANDLER_MISSING' }));
  });
});

describe('removeHandler', () => {
  it('says of an unknown descriptor no more than a debug line (IOL-18)', () => {
    new ExpectLog(genLog, /fd 9 has no handler/, { level: 'debug' }).run(() => {
      loop.removeHandler(9);
    });
    expect(poller.calls).toEqual([]);
  });

  it('finds an object that has been closed, and so has lost its number', () => {
    const file = { fd: 5 };
    loop.addHandler(file, nothing, IOLoop.READ);
    file.fd = -1;
    loop.removeHandler(file);
    expect(poller.calls.at(-1)).toEqual(['remove', 5]);
  });
});

describe('close', () => {
  it('leaves descriptors open', () => {
    const fd = openSync('/dev/null', 'r');
    loop.addHandler(fd, nothing, IOLoop.READ);
    loop.close();
    expect(fstatSync(fd).isCharacterDevice()).toBe(true);
    closeSync(fd);
  });

  it('closes what is registered, objects through their close, with allFds (IOL-18)', () => {
    const fd = openSync('/dev/null', 'r');
    const object = { fd: 1000, closed: 0, close: () => object.closed++ };
    loop.addHandler(fd, nothing, IOLoop.READ);
    loop.addHandler(object, nothing, IOLoop.READ);
    loop.close({ allFds: true });
    expect(() => fstatSync(fd)).toThrow('EBADF');
    expect(object.closed).toBe(1);
  });
});
