import { expect, it } from 'vitest';
import { outerNames } from './outer-names.ts';

it.each([
  ['() => a + b.c + a', ['a', 'b']],
  ['(a, { b, c: [d = e] }, ...f) => a + b + d + f + c', ['e', 'c']],
  ['function f(n) { return n < 2 ? n : f(n - 1) }', []],
  ['function () { return arguments.length }', []],
  ['() => arguments.length', ['arguments']],
  ['() => { return later(); function later() { return v } var v }', []],
  ['() => { { let a = 1; class B extends C {} new B(a) } return a + B }', ['C', 'a', 'B']],
  ['() => { for (const x of xs) for (let i = 0; i < x; i++); return i }', ['xs', 'i']],
  ['() => { try { f() } catch ({ code }) { return code } finally { g() } }', ['f', 'g']],
  ['() => typeof window === "undefined" || typeof o.p', ['o']],
  ['() => ({ a, b: 1, [c]: 2, d() { return e }, get f() { return this.f } })', ['a', 'c', 'e']],
  ['() => { x = 1; y++; ({ z } = {}) }', ['x', 'y', 'z']],
  ['() => { out: for (;;) { break out } }', []],
  ['() => { switch (1) { case a: let b = 1; default: return b } }', ['a']],
  ['async () => { for await (const x of s) yield_(x); await import(m); return import.meta }', null],
  ['async () => { for await (const x of s) use(x); return await import(m) }', ['s', 'use', 'm']],
  [
    '() => class { static #p = q; r = this.#p; static { var s = t; s() } u() { return v } }',
    ['q', 't', 'v'],
  ],
  ['() => `${a}${(() => b?.c.d)()}` + tag`x${e}`', ['a', 'b', 'tag', 'e']],
  ['({ method(a) { return a + b } })', ['b']],
  ['() => {', null],
])('%s', (text, names) => {
  expect(outerNames(text)).toEqual(names);
});
