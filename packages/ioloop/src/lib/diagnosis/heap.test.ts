import { runInThisContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeapInspector } from './heap.ts';

let inspector: HeapInspector;

beforeEach(() => {
  inspector = new HeapInspector();
});

afterEach(() => {
  inspector.close();
});

class Thing {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

describe('HeapInspector', () => {
  it('says where a generator is suspended', () => {
    const code = '(function* wait() {\n  yield 1;\n  yield 2;\n})';
    const wait = runInThisContext(code, { filename: '/app/user.js' }) as () => Generator;
    const generator = wait();
    generator.next();
    generator.next();
    inspector.close();
    inspector = new HeapInspector(); // it knows the scripts that there were when it was made
    expect(inspector.placeOf(generator)).toEqual({ name: 'wait', at: 'file:///app/user.js:3:3' });
  });

  it('finds the objects of a class that live', () => {
    const kept = [new Thing('a'), new Thing('b')];
    // The order is that of the heap, in which the collector moves them.
    expect(new Set(inspector.instancesOf(Thing.prototype))).toEqual(new Set(kept));
  });
});
