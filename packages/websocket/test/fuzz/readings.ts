// What two readers make of a sequence: ours, and that of ws, which is the oracle.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as ws from 'ws';
import { deflatePair } from '../../src/lib/deflate/message-deflate.ts';
import { MessageReader, type MessagePeer } from '../../src/lib/protocol/message-reader.ts';
import { RemoteProtocolError } from '../../src/lib/websocket-error.ts';
import type { Writable } from 'node:stream';
import type { CloseStatus } from '../../src/lib/protocol/close-codes.ts';
import { MAX_BYTES, type Sequence } from './sequences.ts';

const { inflater } = deflatePair(
  { serverTakeover: false, clientTakeover: false, serverWindowBits: 15, clientWindowBits: 15 },
  {},
  false,
);

/** What ws exports besides its documented part. */
interface Inside {
  readonly Receiver: new (options: object) => Writable;
  readonly PerMessageDeflate: new (
    options: object,
    isServer?: boolean,
    max?: number,
  ) => {
    accept(offers: readonly object[]): object;
  };
}
const { Receiver, PerMessageDeflate } = ws as unknown as Inside;

function* pieces({ bytes, cuts }: Sequence): Generator<Buffer> {
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    if (cut > at) yield Buffer.from(bytes.subarray(at, cut));
    at = cut;
  }
}

const note = (kind: string, data: Uint8Array): string =>
  `${kind} ${data.length} ${createHash('sha1').update(data).digest('hex').slice(0, 8)}`;

class Listener implements MessagePeer {
  readonly isClient: boolean;
  readonly maxMessageBytes = MAX_BYTES;
  readonly inflater: typeof inflater | null;
  readonly events: string[] = [];
  isTaking = true;

  constructor({ isMasked, isCompressed }: Sequence) {
    this.isClient = !isMasked;
    this.inflater = isCompressed ? inflater : null;
  }

  onText(text: string): void {
    this.events.push(note('text', Buffer.from(text)));
  }

  onBinary(data: Buffer): void {
    this.events.push(note('binary', data));
  }

  onPing(data: Buffer): void {
    this.events.push(note('ping', data));
  }

  onPong(data: Buffer): void {
    this.events.push(note('pong', data));
  }

  onClose({ code, reason }: CloseStatus): void {
    this.events.push(`close ${String(code ?? 1005)} ${reason}`);
    this.isTaking = false;
  }
}

/** Ours. */
export function ourReading(sequence: Sequence): string[] {
  const reader = new MessageReader();
  const peer = new Listener(sequence);
  try {
    for (const piece of pieces(sequence)) reader.push(piece, 0, piece.length, peer);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    peer.events.push(`! ${error.closeCode}`);
  }
  return peer.events;
}

/** That of ws. */
export async function oracleReading(sequence: Sequence): Promise<string[]> {
  const { isMasked, isCompressed } = sequence;
  const extensions: Record<string, object> = {};
  if (isCompressed) {
    const options = { serverNoContextTakeover: true, clientNoContextTakeover: true };
    const deflate = new PerMessageDeflate(
      { ...options, maxPayload: MAX_BYTES, isServer: isMasked },
      isMasked,
      MAX_BYTES,
    );
    deflate.accept([{ server_no_context_takeover: [true], client_no_context_takeover: [true] }]);
    extensions['permessage-deflate'] = deflate;
  }
  const receiver = new Receiver({ isServer: isMasked, maxPayload: MAX_BYTES, extensions });
  const events: string[] = [];
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    events.push(note(isBinary ? 'binary' : 'text', data)),
  );
  receiver.on('ping', (data: Buffer) => events.push(note('ping', data)));
  receiver.on('pong', (data: Buffer) => events.push(note('pong', data)));
  receiver.on('conclude', (code: number, reason: Buffer) =>
    events.push(`close ${code} ${reason.toString()}`),
  );
  const over = once(receiver, 'close');
  receiver.on('error', (error: Error) => {
    const code = Object.getOwnPropertySymbols(error).find(
      ({ description }) => description === 'status-code',
    );
    events.push(`! ${String(code === undefined ? 0 : Reflect.get(error, code))}`);
  });
  for (const piece of pieces(sequence)) {
    // As a socket does it: nothing more after an error.
    const error = await new Promise((resolve) => receiver.write(piece, resolve));
    if (error instanceof Error) break;
  }
  receiver.end();
  await over.catch(() => undefined);
  return events;
}
