// What a reader makes of bytes, as text that can be compared.
import { deflatePair, type DeflatePair } from '../src/lib/deflate/message-deflate.ts';
import { MessageReader, type MessagePeer } from '../src/lib/protocol/message-reader.ts';
import { RemoteProtocolError } from '../src/lib/websocket-error.ts';
import { everySplit } from './every-split.ts';
import type { Inflater } from '../src/lib/protocol/message-reader.ts';
import type { CloseStatus } from '../src/lib/protocol/close-codes.ts';

/** Compression without memory, as most connections have it. */
export const PLAIN_DEFLATE: DeflatePair = deflatePair(
  { serverTakeover: false, clientTakeover: false, serverWindowBits: 15, clientWindowBits: 15 },
  { thresholdBytes: 0 },
  true,
);

export interface CollectOptions {
  readonly isClient?: boolean;
  readonly maxMessageBytes?: number;
  readonly inflater?: Inflater | null;
}

/** Remembers what it is told. */
class Collector implements MessagePeer {
  readonly isClient: boolean;
  readonly maxMessageBytes: number;
  readonly inflater: Inflater | null;
  readonly events: string[] = [];
  isTaking = true;

  constructor({ isClient = false, maxMessageBytes = 1000, inflater = null }: CollectOptions = {}) {
    this.isClient = isClient;
    this.maxMessageBytes = maxMessageBytes;
    this.inflater = inflater;
  }

  onText(text: string): void {
    this.events.push(`text ${shortened(text)}`.trimEnd());
  }

  onBinary(data: Buffer): void {
    this.events.push(`binary ${shortened(data.toString('hex'))}`);
  }

  onPing(data: Buffer): void {
    this.events.push(`ping ${shortened(data.toString())}`);
  }

  onPong(data: Buffer): void {
    this.events.push(`pong ${shortened(data.toString())}`);
  }

  onClose({ code, reason }: CloseStatus): void {
    this.events.push(`close ${String(code)} ${reason}`.trim());
    this.isTaking = false;
  }
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 8)}...(${text.length})`;
}

/** What these pieces come to: events, and the code of the error that ends them. */
function readPieces(pieces: readonly Buffer[], options: CollectOptions = {}): string {
  const reader = new MessageReader();
  const peer = new Collector(options);
  try {
    for (const piece of pieces) reader.push(Buffer.from(piece), 0, piece.length, peer);
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) throw error;
    peer.events.push(`! ${error.closeCode}`);
  }
  return peer.events.join(' | ');
}

/** All that these bytes come to on any split; one if all is well. */
export function outcomes(bytes: Buffer, options: CollectOptions = {}): Set<string> {
  const found = new Set<string>();
  for (const pieces of everySplit(bytes)) found.add(readPieces(pieces, options));
  return found;
}

/** Why these bytes are refused. */
export function refusalText(bytes: Buffer, options: CollectOptions = {}): string {
  try {
    new MessageReader().push(bytes, 0, bytes.length, new Collector(options));
  } catch (error) {
    if (error instanceof RemoteProtocolError) return error.message;
    throw error;
  }
  return '';
}
