// Makes .mo files: a header of seven numbers, two tables of lengths and places, and the texts. No hash table.

/** What a message is translated to; several texts are its plural forms. */
export type Messages = Readonly<Record<string, string | readonly string[]>>;

export interface MoOptions {
  readonly isBigEndian?: boolean;
  readonly header?: string;
}

const UTF8_HEADER = 'Content-Type: text/plain; charset=UTF-8\n';

/** A plural's message is its singular and its plural with a null character in between. */
export function moFile(messages: Messages, options: MoOptions = {}): Buffer {
  const { isBigEndian = false, header = UTF8_HEADER } = options;
  const entries = Object.entries({ '': header, ...messages });
  const texts = [
    ...entries.map(([message]) => Buffer.from(`${message}\0`)),
    ...entries.map(([, text]) => Buffer.from(`${[text].flat().join('\0')}\0`)),
  ];
  const count = entries.length;
  const numbers = [0x950412de, 0, count, 28, 28 + 8 * count, 0, 0];
  let place = 28 + 16 * count;
  for (const text of texts) {
    numbers.push(text.length - 1, place);
    place += text.length;
  }
  const head = Buffer.alloc(4 * numbers.length);
  numbers.forEach((n, i) =>
    isBigEndian ? head.writeUInt32BE(n, 4 * i) : head.writeUInt32LE(n, 4 * i),
  );
  return Buffer.concat([head, ...texts]);
}
