// UTF-8 and compression.
import { constants, deflateRawSync } from 'node:zlib';
import { PLAIN_DEFLATE } from '../collect.ts';
import { CONTINUATION, BINARY, frame, frames, hex, PING, TEXT, type Chapter } from './rows.ts';

const part = { isFinal: false };
const squeezed = { reserved: 4 };
const BAD = '! 1007';

const UTF8: Chapter = {
  title: 'UTF-8',
  options: {},
  rows: [
    ['characters of one to four bytes', '8.1', frame(TEXT, 'aé€😀'), 'text aé€😀'],
    ['U+10FFFF', '8.1', frame(TEXT, '\u{10FFFF}'), 'text \u{10FFFF}'],
    ['a byte order mark stays', '8.1', frame(TEXT, hex('efbbbf 61')), 'text \uFEFFa'],
    ['NUL', '8.1', frame(TEXT, '\0'), 'text \0'],
    [
      'a character that fragments cut',
      '8.1',
      frames(
        frame(TEXT, hex('f0'), part),
        frame(CONTINUATION, hex('9f98'), part),
        frame(CONTINUATION, hex('80')),
      ),
      'text 😀',
    ],
    ['a byte that no character has', '8.1', frame(TEXT, hex('61ff')), BAD],
    ['a continuation byte alone', '8.1', frame(TEXT, hex('80')), BAD],
    ['an incomplete character at the end', '8.1', frame(TEXT, hex('61e282')), BAD],
    ['an overlong slash', '8.1', frame(TEXT, hex('c0af')), BAD],
    ['an overlong slash in three bytes', '8.1', frame(TEXT, hex('e080af')), BAD],
    ['a surrogate', '8.1', frame(TEXT, hex('eda080')), BAD],
    ['behind U+10FFFF', '8.1', frame(TEXT, hex('f4908080')), BAD],
    ['five bytes', '8.1', frame(TEXT, hex('f888808080')), BAD],
    [
      'found wrong at the first fragment that cannot be text',
      '8.1',
      frames(frame(TEXT, hex('61ff'), part), frame(PING, 'never told')),
      BAD,
    ],
    [
      'found wrong when half a character cannot become a whole one',
      '8.1',
      frames(frame(TEXT, hex('eda0'), part), frame(PING, 'never told')),
      BAD,
    ],
    [
      'half a character is waited for',
      '8.1',
      frames(frame(TEXT, hex('ed'), part), frame(PING, 'told'), frame(CONTINUATION, hex('a080'))),
      `ping told | ${BAD}`,
    ],
    ['bytes need not be text', '5.6', frame(BINARY, hex('ff')), 'binary ff'],
  ],
};

const hello = hex('f248cdc9c90700');
const raw = (text: string | Buffer): Buffer =>
  deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

const DEFLATE: Chapter = {
  title: 'Compression, messages of at most 1,000 bytes',
  options: { inflater: PLAIN_DEFLATE.inflater },
  rows: [
    [
      'the example of the RFC (WSK-21)',
      '7692 §7.2.3.1',
      frame(TEXT, hello, squeezed),
      'text Hello',
    ],
    [
      'the example of the RFC in two fragments (WSK-21)',
      '7692 §7.2.3.1',
      frames(
        frame(TEXT, hello.subarray(0, 3), { ...part, reserved: 4 }),
        frame(CONTINUATION, hello.subarray(3)),
      ),
      'text Hello',
    ],
    [
      'a block without compression',
      '7692 §7.2.3.3',
      frame(TEXT, hex('000500faff48656c6c6f00'), squeezed),
      'text Hello',
    ],
    [
      'a block with BFINAL',
      '7692 §7.2.3.4',
      frame(TEXT, hex('f348cdc9c9070000'), squeezed),
      'text Hello',
    ],
    [
      'two blocks',
      '7692 §7.2.3.5',
      frame(TEXT, hex('f248050000 00ffff cac9c90700'), squeezed),
      'text Hello',
    ],
    ['a message of no bytes', '7692 §7.2.3.6', frame(TEXT, hex('00'), squeezed), 'text'],
    ['a message that is not compressed', '7692 §6', frame(TEXT, 'Hello'), 'text Hello'],
    [
      'RSV1 on a continuation',
      '7692 §6.1',
      frames(frame(TEXT, 'a', part), frame(CONTINUATION, 'b', squeezed)),
      '! 1002',
    ],
    ['RSV1 on a ping', '7692 §5.1', frame(PING, 'a', squeezed), '! 1002'],
    ['what is no deflate', '7692 §7.2.2', frame(TEXT, hex('ffffff'), squeezed), BAD],
    [
      'what refers to before the message',
      '7692 §7.2.2',
      frame(TEXT, hex('f2000611 0000'), squeezed),
      BAD,
    ],
    [
      'text that is not UTF-8 when decompressed',
      '8.1',
      frame(TEXT, raw(hex('61ff')), squeezed),
      BAD,
    ],
    [
      'a message of 1,000 bytes when decompressed (SEC-5)',
      '10.4',
      frame(TEXT, raw('x'.repeat(1000)), squeezed),
      'text xxxxxxxx...(1000)',
    ],
    [
      'a message of 1,001 bytes when decompressed (SEC-5)',
      '10.4',
      frame(TEXT, raw('x'.repeat(1001)), squeezed),
      '! 1009',
    ],
    [
      'ten megabytes in ten kilobytes (SEC-5, WSK-13)',
      '10.4',
      frame(BINARY, raw(Buffer.alloc(900_000)), squeezed),
      '! 1009',
    ],
  ],
};

export const PAYLOAD_CHAPTERS: readonly Chapter[] = [UTF8, DEFLATE];
