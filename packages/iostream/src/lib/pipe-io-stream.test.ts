import { execFileSync } from 'node:child_process';
import { constants, mkdtempSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { PipeIOStream } from './pipe-io-stream.ts';

/** A pipe with a name: the reading end, and one that writes. */
function makePipe(): { readonly reader: number; readonly writer: number } {
  const path = join(mkdtempSync(join(tmpdir(), 'typhoon-pipe-')), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

describe.skipIf(process.platform === 'win32')('PipeIOStream', () => {
  it('reads what is written at the other end, and sees that end close (IOS-35)', async () => {
    const { reader, writer } = makePipe();
    const [near, far] = [
      new PipeIOStream(reader, { direction: 'read' }),
      new PipeIOStream(writer, { direction: 'write' }),
    ];
    await far.write('first\nrest');
    expect((await near.readUntil('\n')).toString()).toBe('first\n');
    const rest = near.readUntilClose();
    far.close();
    expect((await rest).toString()).toBe('rest');
    expect(near.closed()).toBe(true);
  });

  it('is not available on Windows: ERR_UNSUPPORTED (IOS-35)', () => {
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
    try {
      expect(() => new PipeIOStream(0)).toThrow(
        expect.objectContaining({ code: 'ERR_UNSUPPORTED' }),
      );
    } finally {
      platform.mockRestore();
    }
  });
});
