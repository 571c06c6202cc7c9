import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IOLoop } from '@typhoon/ioloop';
import { PoolTask } from './pool-task.ts';
import { TaskCatalog } from './task-catalog.ts';
import { TaskQueue } from './task-queue.ts';

const entry = new TaskCatalog().find(() => 1);

function makeTask(): PoolTask {
  return new PoolTask(entry, [], null, IOLoop.current(), { taskCancelled: () => false });
}

describe('TaskQueue', () => {
  it('behaves like an array with ended tasks left out', () => {
    const step = fc.constantFrom('push', 'unshift', 'take', 'end');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new TaskQueue();
        const model: PoolTask[] = [];
        for (const one of steps) {
          if (one === 'take') {
            expect(queue.peek()).toBe(model.shift() ?? null);
            if (queue.peek() !== null) queue.shift();
          } else if (one === 'end') {
            const [task] = model.splice(model.length >> 1, 1);
            if (task !== undefined) task.isEnded = true;
          } else {
            const task = makeTask();
            queue[one](task);
            model[one](task);
          }
        }
        for (const task of model) {
          expect(queue.peek()).toBe(task);
          queue.shift();
        }
        expect(queue.peek()).toBeNull();
      }),
    );
  });
});
