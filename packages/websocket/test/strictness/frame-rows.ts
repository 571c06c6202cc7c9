// Frames, fragments, control frames, lengths, masks.
import {
  BINARY,
  CLOSE,
  closing,
  CONTINUATION,
  frame,
  frames,
  hex,
  PING,
  PONG,
  TEXT,
  type Chapter,
} from './rows.ts';

const part = { isFinal: false };
const bare = { mask: null };
const long = 'x'.repeat(126);
const WRONG = '! 1002';

const MESSAGES: Chapter = {
  title: 'Messages and fragments',
  options: {},
  rows: [
    ['text in one frame (WSK-8)', '5.6', frame(TEXT, 'hello'), 'text hello'],
    ['bytes in one frame (WSK-8)', '5.6', frame(BINARY, hex('00ff80')), 'binary 00ff80'],
    ['text of no bytes', '5.6', frame(TEXT, ''), 'text'],
    ['the example of the RFC, masked', '5.7', hex('81 85 37fa213d 7f9f4d5158'), 'text Hello'],
    [
      'a message in three fragments',
      '5.4',
      frames(
        frame(TEXT, 'one ', part),
        frame(CONTINUATION, 'two ', part),
        frame(CONTINUATION, '3'),
      ),
      'text one two 3',
    ],
    [
      'fragments of no bytes',
      '5.4',
      frames(frame(TEXT, '', part), frame(CONTINUATION, '', part), frame(CONTINUATION, '')),
      'text',
    ],
    [
      'a control frame between fragments (WSK-12)',
      '5.4',
      frames(frame(BINARY, 'a', part), frame(PING, 'p'), frame(CONTINUATION, 'b')),
      'ping p | binary 6162',
    ],
    [
      'two messages, one behind the other',
      '5.4',
      frames(frame(TEXT, 'a'), frame(BINARY, 'b')),
      'text a | binary 62',
    ],
    ['a continuation of nothing (WSK-12)', '5.4', frame(CONTINUATION, 'x'), WRONG],
    [
      'a continuation behind a whole message (WSK-12)',
      '5.4',
      frames(frame(TEXT, 'a'), frame(CONTINUATION, 'b')),
      `text a | ${WRONG}`,
    ],
    [
      'a new message before the last has ended (WSK-12)',
      '5.4',
      frames(frame(TEXT, 'a', part), frame(TEXT, 'b')),
      WRONG,
    ],
  ],
};

const HEADS: Chapter = {
  title: 'The head of a frame',
  options: {},
  rows: [
    ['an opcode of data that means nothing (WSK-12)', '5.2', frame(3, ''), WRONG],
    ['the last of these', '5.2', frame(7, 'x'), WRONG],
    ['an opcode of control that means nothing (WSK-12)', '5.2', frame(11, ''), WRONG],
    ['the last of those', '5.2', frame(15, 'x'), WRONG],
    [
      'RSV1 where no compression was agreed on (WSK-12)',
      '5.2',
      frame(TEXT, 'x', { reserved: 4 }),
      WRONG,
    ],
    ['RSV2', '5.2', frame(TEXT, 'x', { reserved: 2 }), WRONG],
    ['RSV3', '5.2', frame(BINARY, 'x', { reserved: 1 }), WRONG],
    ['a length in two bytes (WSK-15)', '5.2', frame(TEXT, long), 'text xxxxxxxx...(126)'],
    ['a length in more bytes than it needs', '5.2', frame(TEXT, 'x', { lengthBytes: 2 }), 'text x'],
    ['the same in eight (WSK-15)', '5.2', frame(TEXT, 'x', { lengthBytes: 8 }), 'text x'],
    ['a length with the highest bit set', '5.2', hex('82 ff 8000000000000001 00000000'), '! 1009'],
    ['a frame without a mask (WSK-14)', '5.1', frame(TEXT, 'x', bare), WRONG],
    ['a mask of zeros', '5.3', frame(TEXT, 'x', { mask: 0 }), 'text x'],
  ],
};

const CONTROLS: Chapter = {
  title: 'Control frames',
  options: {},
  rows: [
    ['a ping', '5.5.2', frame(PING, 'p'), 'ping p'],
    ['a pong that nobody asked for', '5.5.3', frame(PONG, 'p'), 'pong p'],
    ['a ping of 125 bytes (WSK-12)', '5.5', frame(PING, 'x'.repeat(125)), 'ping xxxxxxxx...(125)'],
    ['a ping of 126 bytes (WSK-12)', '5.5', frame(PING, long), WRONG],
    ['a ping in fragments (WSK-12)', '5.5', frame(PING, 'p', part), WRONG],
    ['a ping with RSV1', '5.5', frame(PING, 'p', { reserved: 4 }), WRONG],
    ['a close frame of nothing (WSK-34)', '5.5.1', frame(CLOSE, ''), 'close null'],
    [
      'a close frame with code and reason',
      '5.5.1',
      frame(CLOSE, closing(1000, 'bye')),
      'close 1000 bye',
    ],
    [
      'what follows a close frame is not told',
      '5.5.1',
      frames(frame(CLOSE, ''), frame(TEXT, 'x'), frame(3, 'x')),
      'close null',
    ],
    ['a close frame with half a code', '5.5.1', frame(CLOSE, 'x'), WRONG],
    [
      'a reason of 123 bytes',
      '5.5.1',
      frame(CLOSE, closing(4999, 'r'.repeat(123))),
      `close 4999 ${'r'.repeat(123)}`,
    ],
    ['a reason of 124 bytes', '5.5.1', frame(CLOSE, closing(1000, 'r'.repeat(124))), WRONG],
    ['a reason that is not UTF-8', '8.1', frame(CLOSE, closing(1000, hex('c3'))), '! 1007'],
  ],
};

const CODES: Chapter = {
  title: 'Close codes',
  options: {},
  rows: [
    ...[
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000,
      4999,
    ].map((code) => [`${code}`, '7.4', frame(CLOSE, closing(code)), `close ${code}`] as const),
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map(
      (code) => [`${code}`, '7.4', frame(CLOSE, closing(code)), WRONG] as const,
    ),
  ],
};

const FROM_SERVER: Chapter = {
  title: 'Frames of a server, as a client reads them',
  options: { isClient: true },
  rows: [
    ['the example of the RFC, without a mask', '5.7', hex('81 05 48656c6c6f'), 'text Hello'],
    ['the example of the RFC, in fragments', '5.7', hex('01 03 48656c 80 02 6c6f'), 'text Hello'],
    ['a frame with a mask', '5.1', frame(TEXT, 'x'), WRONG],
    ['text that is not ASCII', '5.6', frame(TEXT, 'é€😀', bare), 'text é€😀'],
    ['text that is not UTF-8', '8.1', frame(TEXT, hex('ff'), bare), '! 1007'],
    [
      'bytes of two bytes of length (WSK-15)',
      '5.2',
      frame(BINARY, Buffer.alloc(130), bare),
      `binary 00000000...(260)`,
    ],
  ],
};

const LIMITS: Chapter = {
  title: 'Limits: messages of at most 10 bytes',
  options: { maxMessageBytes: 10 },
  rows: [
    ['a message of 10 bytes (WSK-13)', '10.4', frame(TEXT, '0123456789'), 'text 0123456789'],
    ['a message of 11 bytes (WSK-13)', '10.4', frame(TEXT, '0123456789A'), '! 1009'],
    [
      'the head of one, of which nothing has come',
      '10.4',
      frame(TEXT, '', { length: 1_000_000 }),
      '! 1009',
    ],
    [
      'fragments of 11 bytes in all (WSK-13)',
      '10.4',
      frames(frame(TEXT, '012345', part), frame(CONTINUATION, '6789A')),
      '! 1009',
    ],
    [
      'a ping between is not counted (WSK-13)',
      '10.4',
      frames(frame(TEXT, '012345', part), frame(PING, 'abcdefgh'), frame(CONTINUATION, '6789')),
      'ping abcdefgh | text 0123456789',
    ],
  ],
};

export const FRAME_CHAPTERS: readonly Chapter[] = [
  MESSAGES,
  HEADS,
  CONTROLS,
  CODES,
  FROM_SERVER,
  LIMITS,
];
