import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WaitingLine } from './waiting-line.ts';

interface Person {
  place: number;
  readonly name: number;
}

it('is first in, first out, whoever leaves before', () => {
  const step = fc.oneof(
    fc.constant('push' as const),
    fc.constant('shift' as const),
    fc.record({ leave: fc.nat(40) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const line = new WaitingLine<Person>();
      const model: Person[] = [];
      for (const [name, one] of steps.entries()) {
        if (one === 'push') {
          const person = { place: -1, name };
          line.push(person);
          model.push(person);
        } else if (one === 'shift') {
          expect(line.shift()).toBe(model.shift() ?? null);
        } else {
          const [who] = model.splice(one.leave, 1);
          if (who !== undefined)
            expect([line.remove(who), line.remove(who)]).toEqual([true, false]);
        }
        expect([...line]).toEqual(model);
        expect(line.length).toBe(model.length);
      }
    }),
  );
});

it('knows who never stood here, though another has that place', () => {
  const [one, other] = [new WaitingLine<Person>(), new WaitingLine<Person>()];
  const [here, there] = [
    { place: -1, name: 1 },
    { place: -1, name: 2 },
  ];
  one.push(here);
  other.push(there);
  expect(one.remove(there)).toBe(false);
  expect(one.length).toBe(1);
});
