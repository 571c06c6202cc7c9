// Each rule of our own, and each limit we rely on, fails on a bad example and passes a good one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Linter } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import config from '../../eslint.config.js';
import { nonNullRule } from './non-null-rule.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const linter = new Linter({ cwd: root });
// The files below do not exist, so the rules that ask for types are left out.
const untyped = [
  ...config,
  { files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.ts'], rules: { 'typhoon/non-null': 'off' } },
];

/** The rules that complain about `code` in `file`. */
function complaints(file, code) {
  return linter
    .verify(code, untyped, join(root, file))
    .map(({ ruleId, message }) => ruleId ?? message);
}

describe('typhoon/layers', () => {
  const source = 'packages/ioloop/src/lib/new.ts';
  it.each([
    ['a lower layer', source, "import '@typhoon/log';"],
    ['an entry of a lower layer', source, "import '@typhoon/log/testing';"],
    ['its own package by name', source, "import '@typhoon/ioloop/testing';"],
    ['its own files', 'packages/ioloop/src/index.ts', "import './lib/new.ts';"],
    ['escape from template', 'packages/template/src/lib/new.ts', "import '@typhoon/escape';"],
    ['anything from an app', 'apps/sample/src/new.ts', "import '@typhoon/web';"],
    ['anything from the examples', 'examples/src/new.ts', "import '@typhoon/websocket';"],
    [
      'the shared config',
      'packages/log/vitest.config.ts',
      "export { default } from '../../vitest.shared.ts';",
    ],
    [
      'the browser from a test',
      'examples/test/new.test.ts',
      "import { describeInBrowser } from '../../browser.shared.ts';\ndescribeInBrowser();",
    ],
    ['what is not ours', source, "import 'node:net';"],
  ])('allows %s', (_, file, code) => {
    expect(complaints(file, code)).toEqual([]);
  });

  it.each([
    ['a higher layer', source, "import '@typhoon/gen';"],
    [
      'the browser from what is no test',
      'examples/src/new.ts',
      "import { describeInBrowser } from '../../browser.shared.ts';\ndescribeInBrowser();",
    ],
    [
      'a type of a higher layer',
      source,
      "import type { A } from '@typhoon/gen';\nexport type { A };",
    ],
    ['a re-export of a higher layer', source, "export { a } from '@typhoon/gen';"],
    ['a dynamic import of a higher layer', source, "await import('@typhoon/gen');"],
    [
      'an inline type of a higher layer',
      source,
      "/** B. */\nexport type B = import('@typhoon/gen').A;",
    ],
    ['a higher layer in a test', 'packages/ioloop/src/lib/new.test.ts', "import '@typhoon/gen';"],
    ['the same layer', 'packages/gen/src/lib/new.ts', "import '@typhoon/executor';"],
    [
      'a layer 0 package from layer 0',
      'packages/http1/src/lib/new.ts',
      "import '@typhoon/escape';",
    ],
    ['a package that is not in the table', source, "import '@typhoon/nothing';"],
    [
      'anything for a package not in the table',
      'packages/nothing/src/a.ts',
      "import '@typhoon/log';",
    ],
    ['the inside of a package', source, "import '@typhoon/log/src/index.ts';"],
    ['a path below an entry', source, "import '@typhoon/log/lib/logger';"],
    ['another package by path', source, "import '../../../log/src/index.ts';"],
    [
      'a package by path from an app',
      'apps/sample/src/new.ts',
      "import '../../../packages/log/src/index.ts';",
    ],
    ['a root file from a source', source, "import '../../../../vitest.shared.ts';"],
  ])('refuses %s', (_, file, code) => {
    expect(complaints(file, code)).toEqual(['typhoon/layers']);
  });
});

describe('doc comments', () => {
  it.each([
    ['function', 'export function a(): void {}'],
    ['class', 'export class A {}'],
    ['interface', 'export interface A {\n  readonly a: number;\n}'],
    ['type', 'export type A = string;'],
    ['constant', 'export const a = 1;'],
  ])('are asked of an exported %s', (_, code) => {
    const file = 'packages/gen/src/lib/new.ts';
    expect(complaints(file, `${code}\n`)).toContain('jsdoc/require-jsdoc');
    expect(complaints(file, `/** @internal */\n${code}\n`)).toContain('jsdoc/require-description');
    expect(complaints(file, `/** What it is. */\n${code}\n`).join()).not.toContain('jsdoc');
    expect(complaints('packages/gen/src/lib/new.test.ts', `${code}\n`).join()).not.toContain(
      'jsdoc',
    );
  });

  it('are not asked of what is not exported, nor of an implementation behind documented overloads', () => {
    const code = [
      'const b = 1;',
      '/** What it is. */',
      'export function a(x: number): void;',
      'export function a(): void {\n  const c = b;\n  console.log(c);\n}',
    ].join('\n');
    expect(complaints('packages/gen/src/lib/new.ts', code).join()).not.toContain('jsdoc');
  });
});

describe('sizes', () => {
  const lines = (count) =>
    Array.from({ length: count }, (_, i) => `  console.log(${i});`).join('\n');

  it('allows a function of 60 lines and no more', () => {
    const file = 'packages/gen/src/lib/new.ts';
    expect(complaints(file, `function a() {\n${lines(58)}\n}\na();\n`)).toEqual([]);
    expect(complaints(file, `function a() {\n${lines(59)}\n}\na();\n`)).toEqual([
      'max-lines-per-function',
    ]);
    expect(
      complaints('packages/gen/src/new.test.ts', `function a() {\n${lines(59)}\n}\na();\n`),
    ).toEqual([]);
  });

  it('allows a file of 500 lines and no more', () => {
    expect(complaints('packages/gen/src/lib/new.ts', `${lines(500)}`)).toEqual([]);
    expect(complaints('packages/gen/src/lib/new.ts', `${lines(501)}`)).toEqual(['max-lines']);
  });
});

describe('types', () => {
  it('allows no any and no unexplained suppression', () => {
    const code = 'const a: any = 1;\n// @ts-ignore\nconsole.log(a);\n';
    expect(complaints('packages/gen/src/lib/new.ts', code)).toEqual([
      '@typescript-eslint/no-explicit-any',
      '@typescript-eslint/ban-ts-comment',
    ]);
  });

  it('allows ! on reads of typed arrays alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lint-'));
    const file = join(folder, 'a.ts');
    const code = [
      'declare const bytes: Uint8Array, words: Int32Array<ArrayBuffer>, list: string[];',
      'declare const one: string | undefined;',
      'export const good = [bytes[0]!, words[1]!];',
      'export const bad = [list[0]!, one!, bytes.at(0)!];',
    ].join('\n');
    writeFileSync(file, code);
    const program = ts.createProgram([file], {
      strict: true,
      noUncheckedIndexedAccess: true,
      types: [],
    });
    const found = new Linter({ cwd: folder }).verify(
      code,
      [
        {
          files: ['**/*.ts'],
          plugins: { typhoon: { rules: { 'non-null': nonNullRule } } },
          languageOptions: { parser: tseslint.parser, parserOptions: { programs: [program] } },
          rules: { 'typhoon/non-null': 'error' },
        },
      ],
      file,
    );
    rmSync(folder, { recursive: true });
    expect(found.map(({ line, ruleId }) => `${line} ${ruleId}`)).toEqual(
      Array(3).fill('4 typhoon/non-null'),
    );
  });
});
