// Clients that ask for much and read nothing: what is kept in memory for them.
import { coroutine } from '@typhoon/gen';
import { HTTPHeaders } from '@typhoon/http1';
import { afterEach, describe, expect, it } from 'vitest';
import { nextTurn, Rig, until, WORLDS, type World } from './worlds.ts';
import type { HTTPConnection } from '../src/lib/http-connection.ts';
import type { RequestCallback } from '../src/lib/callback-delegate.ts';
import type { Future } from '@typhoon/concurrent';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const ANSWER_BYTES = 6 << 20; // more than kernels take
const LIMIT_BYTES = 65_536;

let rig: Rig | null = null;

afterEach(async () => {
  await rig?.close();
  rig = null;
});

/** One long answer in pieces, and how much of it is waiting to be sent. */
class LongAnswer {
  mostUnsent = 0;
  readonly #connection: HTTPConnection;
  readonly #piece: Buffer;
  #left = ANSWER_BYTES;

  constructor(connection: HTTPConnection, pieceBytes: number, isChunked: boolean) {
    this.#connection = connection;
    this.#piece = Buffer.alloc(pieceBytes, 'x');
    const length = { 'Content-Length': String(ANSWER_BYTES) };
    void connection.writeHeaders({ code: 200 }, new HTTPHeaders(isChunked ? {} : length));
  }

  get isComplete(): boolean {
    return this.#left === 0;
  }

  /** Writes the next piece. */
  next(): Future<void> {
    const piece = this.#piece.subarray(0, this.#left);
    this.#left -= piece.length;
    const future = this.#connection.write(piece);
    const { bufferedAmount } = this.#connection.context.transport;
    this.mostUnsent = Math.max(this.mostUnsent, bufferedAmount);
    return future;
  }

  finish(): void {
    this.#connection.finish();
  }
}

/** Ways to write one piece after another. */
const WRITERS: readonly {
  readonly name: string;
  readonly run: (answer: LongAnswer) => unknown;
}[] = [
  {
    name: 'an async function',
    run: async (answer) => {
      while (!answer.isComplete) await answer.next();
      answer.finish();
    },
  },
  {
    name: 'a coroutine',
    run: coroutine(function* (answer: LongAnswer) {
      while (!answer.isComplete) yield answer.next();
      answer.finish();
    }),
  },
];

const CASES = WRITERS.flatMap((writer) =>
  [
    { pieceBytes: 4000, isChunked: true },
    { pieceBytes: 16_000, isChunked: false },
    { pieceBytes: 65_536, isChunked: false },
  ].map((one) => ({ ...one, writer, title: `${writer.name}, ${one.pieceBytes} bytes at a time` })),
);

describe.each(WORLDS)('a client that reads nothing, on $name', (world: World) => {
  function serve(app: RequestCallback): Rig {
    rig = new Rig(world, app);
    return rig;
  }

  it.each(CASES)('has at most 64 KiB kept for it: $title', async (one) => {
    let answer: LongAnswer | null = null;
    const client = await serve(({ connection }) => {
      answer = new LongAnswer(connection, one.pieceBytes, one.isChunked);
      return one.writer.run(answer);
    }).connect();
    const mostUnsent = (): number => answer?.mostUnsent ?? 0;
    client.transport.pauseReading();
    client.send(GET);
    await until(() => mostUnsent() > 0);
    await quiet(mostUnsent);
    const framing = 256; // the head, or what a chunk begins with
    expect(mostUnsent()).toBeLessThanOrEqual(LIMIT_BYTES + framing);
    client.transport.resumeReading();
    await client.until(() => client.output.length > ANSWER_BYTES);
    expect(mostUnsent()).toBeLessThanOrEqual(LIMIT_BYTES + framing);
  });
});

/** Resolves when twenty turns have brought nothing new. */
async function quiet(value: () => number): Promise<void> {
  for (let same = 0, last = -1; same < 20;) {
    const now = value();
    same = now === last ? same + 1 : 0;
    last = now;
    await nextTurn();
  }
}
