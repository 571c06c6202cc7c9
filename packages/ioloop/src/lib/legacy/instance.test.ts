import { afterEach, describe, expect, it } from 'vitest';
import { IOLoop } from '../ioloop.ts';
import { clearInstance, initialized, install, instance, InstanceExistsError } from './instance.ts';

const loops: IOLoop[] = [];

function makeLoop(): IOLoop {
  const loop = new IOLoop({ makeCurrent: false });
  loops.push(loop);
  return loop;
}

afterEach(() => {
  clearInstance();
  for (const loop of loops.splice(0)) loop.close();
});

describe('the global loop', () => {
  it('is the current one when it is first asked for, and stays', () => {
    expect(initialized()).toBe(false);
    const loop = instance();
    expect(loop).toBe(IOLoop.current());
    expect(initialized()).toBe(true);
    makeLoop().makeCurrent();
    expect(instance()).toBe(loop);
    loop.makeCurrent();
  });

  it('is forgotten by clearInstance, not closed (IOL-43)', async () => {
    const loop = makeLoop();
    install(loop);
    clearInstance();
    expect(initialized()).toBe(false);
    await new Promise<void>((resolve) => {
      loop.addCallback(resolve); // a closed loop would not call
    });
    expect(instance()).not.toBe(loop);
  });

  it('can be installed when there is none, else InstanceExistsError (IOL-44)', () => {
    const loop = makeLoop();
    install(loop);
    expect(instance()).toBe(loop);
    expect(() => {
      install(makeLoop());
    }).toThrow(InstanceExistsError);
    expect(() => {
      install(loop);
    }).toThrow(expect.objectContaining({ code: 'ERR_INSTANCE_EXISTS' }));
    expect(instance()).toBe(loop);
  });
});
