import { linkSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileContents } from './file-contents.ts';

const folder = mkdtempSync(join(tmpdir(), 'contents-'));
const path = join(folder, 'a.txt');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function textOf(contents: FileContents): Promise<string | undefined> {
  return (await contents.of(path, statSync(path)))?.toString();
}

describe('the contents of a small file', () => {
  it('are read once', async () => {
    const contents = new FileContents();
    writeFileSync(path, 'one');
    const stamp = statSync(path);
    const first = await contents.of(path, stamp);
    rmSync(path);
    expect(await contents.of(path, stamp)).toBe(first);
  });

  it('are read again when the file has another time or size', async () => {
    const contents = new FileContents();
    writeFileSync(path, 'one');
    expect(await textOf(contents)).toBe('one');
    writeFileSync(path, 'two');
    utimesSync(path, 1, 1);
    expect(await textOf(contents)).toBe('two');
    writeFileSync(path, 'three');
    utimesSync(path, 1, 1);
    expect(await textOf(contents)).toBe('three');
  });

  it('are not given for a file that changes while it is read', async () => {
    const contents = new FileContents();
    writeFileSync(path, 'longer');
    expect(await contents.of(path, { size: 3, mtimeMs: 1 })).toBeNull();
  });

  it('are not kept of large files, nor more than 16 MiB in all', async () => {
    const contents = new FileContents();
    writeFileSync(path, Buffer.alloc(65_537));
    expect(await contents.of(path, statSync(path))).toBeNull();
    const many = Array.from({ length: 257 }, (_, i) => join(folder, String(i)));
    writeFileSync(path, Buffer.alloc(65_536));
    for (const file of many) linkSync(path, file);
    const kept = [];
    for (const file of many) kept.push(await contents.of(file, statSync(file)));
    expect(await contents.of(many[256] ?? '', statSync(many[256] ?? ''))).toBe(kept[256]);
    expect(await contents.of(many[0] ?? '', statSync(many[0] ?? ''))).not.toBe(kept[0]);
  });
});
