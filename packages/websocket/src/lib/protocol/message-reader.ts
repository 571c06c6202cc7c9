// Messages out of bytes (RFC 6455 §5), for both roles, from bytes cut anywhere. No I/O: bytes in, callbacks out. Owns: frames,
// fragments, what may follow what, limits, UTF-8. Must not know: sockets, timers, how a connection ends (closing.ts).
// HOT: `pnpm bench websocket`
//
//              head complete            payload complete
//   [ head ] ----------------> [ payload ] -----------------> [ head ]      a control frame, or the last of a message: told
//
// A message that lies whole in one frame and in the given bytes, as most do, goes through without any of this being kept. So a
// reader belongs to a connection only while it is in the middle of something: between messages any connection may have it.
import { MAX_CONTROL_BYTES, parseCloseBody, type CloseStatus } from './close-codes.ts';
import { OPCODE } from './frame-writer.ts';
import { maskInto, rotateMask } from './mask.ts';
import { checkUtf8, isValidUtf8 } from './utf8.ts';
import { RemoteProtocolError } from '../websocket-error.ts';

/** Makes compressed messages what they were. */
export interface Inflater {
  /** @throws RemoteProtocolError 1007 for what is not compressed, 1009 for more than `maxBytes` (SEC-5) */
  inflate(payload: Buffer, maxBytes: number): Buffer;
}

/** One end of a connection, as its reader sees it. */
export interface MessagePeer {
  /** Whether we are the client: what comes is not masked then. */
  readonly isClient: boolean;
  /** Largest message, in bytes, also decompressed. */
  readonly maxMessageBytes: number;
  /** Null where no compression was agreed on. */
  readonly inflater: Inflater | null;
  /** Whether more may be told; looked at before each frame. */
  readonly isTaking: boolean;
  /** A message of text. */
  onText(text: string): void;
  /** Any other message; the bytes are the peer's. */
  onBinary(data: Buffer): void;
  /** A ping; the bytes are the peer's, here and with a pong. */
  onPing(data: Buffer): void;
  /** A pong. */
  onPong(data: Buffer): void;
  /** A close frame: nothing that follows is told. */
  onClose(status: CloseStatus): void;
}

const FIN = 0x80;
const RSV1 = 0x40;
const RSV23 = 0x30;
const MASKED = 0x80;
const MAX_HEAD_BYTES = 14;
const TWO_TO_32 = 4_294_967_296;
/** A message of which less has come has a buffer of that size, or its own: what is announced costs nothing before it comes. */
const FIRST_BYTES = 16_384;
const EMPTY = Buffer.alloc(0);

/**
 * Buffers for what comes in pieces and is text in the end, or compressed: nobody has them then, and fresh memory costs more than
 * all that is done with it.
 */
const spare: Buffer[] = [];
const SPARE_BYTES = 65_536;
const SPARE_MAX = 16;

/** Where text lies while it is looked at; its bytes mean nothing between two calls. */
const SCRATCH = Buffer.from(new ArrayBuffer(65_536));

/** Finds messages in what comes. */
export class MessageReader {
  /** The beginning of a head. */
  readonly #head: Buffer = Buffer.allocUnsafe(MAX_HEAD_BYTES);
  #headSize = 0;
  // The frame.
  #opcode = 0;
  #isFinal = true;
  #isMasked = false;
  #mask = 0;
  #length = 0;
  /** Bytes of the payload that have not come; -1 outside of one. */
  #left = -1;
  /** What of a control frame has come; its last bytes are missing. */
  #control: Buffer = EMPTY;
  // The message.
  #kind: typeof OPCODE.text | typeof OPCODE.binary | 0 = 0;
  #isCompressed = false;
  #bytes: Buffer = EMPTY;
  #size = 0;
  /** So much of it is text for sure. */
  #checked = 0;
  #isAscii = true;

  /** Whether nothing has begun: another connection may use this reader. */
  get isIdle(): boolean {
    return this.#kind === 0 && this.#left < 0 && this.#headSize === 0;
  }

  /**
   * Takes bytes and tells `peer` what they are; answers the index of the first that it did not take, which is `end` unless the
   * peer stopped taking.
   * @throws RemoteProtocolError, and what the peer throws; the reader is of no use then.
   */
  push(buffer: Buffer, start: number, end: number, peer: MessagePeer): number {
    let at = start;
    while (at < end && peer.isTaking) {
      at =
        this.#left < 0 ? this.#takeHead(buffer, at, end, peer) : this.#take(buffer, at, end, peer);
    }
    return at;
  }

  #takeHead(buffer: Buffer, start: number, end: number, peer: MessagePeer): number {
    if (this.#headSize === 0) {
      const size = end - start < 2 ? Infinity : headSize(buffer[start + 1]!);
      if (size <= end - start) {
        this.#readHead(buffer, start, peer);
        return this.#begin(buffer, start + size, end, peer);
      }
    }
    let at = start;
    const head = this.#head;
    while (at < end) {
      head[this.#headSize++] = buffer[at++]!;
      if (this.#headSize < 2 || this.#headSize < headSize(head[1]!)) continue;
      this.#headSize = 0;
      this.#readHead(head, 0, peer);
      return this.#begin(buffer, at, end, peer);
    }
    return at;
  }

  #readHead(bytes: Buffer, at: number, peer: MessagePeer): void {
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    const short = second & 0x7f;
    this.#opcode = first & 0x0f;
    this.#isFinal = (first & FIN) !== 0;
    this.#isMasked = (second & MASKED) !== 0;
    let maskAt = at + 2;
    let length = short;
    if (short === 126) {
      length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      maskAt = at + 4;
    } else if (short === 127) {
      length = bytes.readUInt32BE(at + 2) * TWO_TO_32 + bytes.readUInt32BE(at + 6);
      maskAt = at + 10;
    }
    this.#length = length;
    this.#mask = this.#isMasked ? bytes.readInt32LE(maskAt) : 0;
    if (this.#opcode >= OPCODE.close) this.#checkControl(first);
    else this.#checkData(first);
    if (this.#isMasked === peer.isClient) {
      throw violation(peer.isClient ? 'a masked frame from a server' : 'a frame without a mask');
    }
    if (this.#opcode < OPCODE.close) this.#admit(first, peer);
  }

  /** RFC 6455 §5.5. */
  #checkControl(first: number): void {
    if ((first & (RSV1 | RSV23)) !== 0) throw violation('reserved bits in a control frame');
    if (this.#opcode > OPCODE.pong) throw violation(`unknown opcode ${this.#opcode}`);
    if (!this.#isFinal) throw violation('a control frame in fragments');
    if (this.#length > MAX_CONTROL_BYTES) {
      throw violation(`a control frame of more than ${MAX_CONTROL_BYTES} bytes`);
    }
  }

  /** RFC 6455 §5.4. */
  #checkData(first: number): void {
    const opcode = this.#opcode;
    if ((first & RSV23) !== 0) throw violation('reserved bits in a frame');
    if (opcode > OPCODE.binary) throw violation(`unknown opcode ${opcode}`);
    if (opcode === OPCODE.continuation) {
      if (this.#kind === 0) throw violation('a continuation of nothing');
      // RFC 7692 §6.1
      if ((first & RSV1) !== 0) throw violation('a continuation that says it is compressed');
    } else if (this.#kind !== 0) {
      throw violation('a new message before the last has ended');
    }
  }

  /** A frame of data: part of the message under way, or the beginning of another. */
  #admit(first: number, peer: MessagePeer): void {
    const isCompressed = (first & RSV1) !== 0;
    if (isCompressed && peer.inflater === null) throw violation('a frame compressed unasked');
    if (this.#size + this.#length > peer.maxMessageBytes) {
      throw new RemoteProtocolError(1009, 'message too big');
    }
    const opcode = this.#opcode;
    if (opcode === OPCODE.continuation) return;
    this.#kind = opcode === OPCODE.text ? OPCODE.text : OPCODE.binary;
    this.#isCompressed = isCompressed;
  }

  /** The payload begins; most are here as a whole. */
  #begin(buffer: Buffer, at: number, end: number, peer: MessagePeer): number {
    const length = this.#length;
    if (this.#opcode >= OPCODE.close) {
      this.#control = length === 0 ? EMPTY : Buffer.allocUnsafe(length);
    } else if (this.#isFinal && this.#size === 0 && !this.#isCompressed && length <= end - at) {
      const kind = this.#kind;
      this.#kind = 0;
      if (kind === OPCODE.text) peer.onText(this.#textAt(buffer, at, at + length));
      else peer.onBinary(this.#bytesAt(buffer, at, at + length));
      return at + length;
    }
    this.#left = length;
    return this.#take(buffer, at, end, peer);
  }

  #textAt(buffer: Buffer, at: number, end: number): string {
    const size = end - at;
    if (size === 0) return '';
    let text = buffer;
    let isAscii = false;
    let from = at;
    if (this.#isMasked) {
      text = size <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafeSlow(size);
      isAscii = (maskInto(text, 0, buffer, at, end, this.#mask) & 0x80) === 0;
      from = 0;
    }
    if (isAscii) return text.toString('latin1', from, from + size);
    if (!isValidUtf8(text.subarray(from, from + size))) throw notUtf8();
    return text.toString('utf8', from, from + size);
  }

  #bytesAt(buffer: Buffer, at: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafe(end - at);
    if (this.#isMasked) maskInto(bytes, 0, buffer, at, end, this.#mask);
    else buffer.copy(bytes, 0, at, end);
    return bytes;
  }

  /** Takes what has come of a payload. */
  #take(buffer: Buffer, at: number, end: number, peer: MessagePeer): number {
    const count = Math.min(end - at, this.#left);
    const stop = at + count;
    const done = this.#length - this.#left;
    this.#left -= count;
    const isControl = this.#opcode >= OPCODE.close;
    if (count > 0) {
      const target = isControl ? this.#control : this.#room(count);
      const to = isControl ? done : this.#size;
      // A client does not look at each byte.
      let seen = 0x80;
      if (this.#isMasked)
        seen = maskInto(target, to, buffer, at, stop, rotateMask(this.#mask, done));
      else buffer.copy(target, to, at, stop);
      if (!isControl) this.#took(count, seen);
    }
    if (this.#left > 0) return stop;
    this.#left = -1;
    if (isControl) this.#endControl(peer);
    else if (this.#isFinal) this.#endMessage(peer);
    return stop;
  }

  /** Room for so many bytes more, of which the buffer has at most twice as many as have come. */
  #room(count: number): Buffer {
    const size = this.#size + count;
    const bytes = this.#bytes;
    if (bytes.length >= size) return bytes;
    const known = size + this.#left;
    const fits = this.#isFinal && known <= FIRST_BYTES;
    const wanted = fits
      ? known
      : Math.max(size, Math.min(this.#isFinal ? known : Infinity, Math.max(FIRST_BYTES, 2 * size)));
    const grown = this.#isPassing && wanted <= SPARE_BYTES ? spare.pop() : undefined;
    const room = grown ?? Buffer.allocUnsafeSlow(this.#spaceFor(wanted));
    bytes.copy(room, 0, 0, this.#size);
    giveBack(bytes);
    this.#bytes = room;
    return room;
  }

  /** Whether the bytes of the message become something else in the end. */
  get #isPassing(): boolean {
    return this.#kind === OPCODE.text || this.#isCompressed;
  }

  /** One that has nearly the size of a spare one has it, and becomes one. */
  #spaceFor(wanted: number): number {
    const isNear = this.#isPassing && wanted > SPARE_BYTES / 2 && wanted <= SPARE_BYTES;
    return isNear ? SPARE_BYTES : wanted;
  }

  #took(count: number, seen: number): void {
    this.#size += count;
    if (this.#kind !== OPCODE.text || this.#isCompressed) return;
    if ((seen & 0x80) === 0 && this.#isAscii) {
      this.#checked = this.#size;
      return;
    }
    this.#isAscii = false;
    // RFC 6455 §8.1: at the first byte that cannot be text, not at the end of a message that may take long to come.
    const sure = checkUtf8(this.#bytes, this.#checked, this.#size);
    if (sure < 0) throw notUtf8();
    this.#checked = sure;
  }

  #endControl(peer: MessagePeer): void {
    const body = this.#control;
    this.#control = EMPTY;
    if (this.#opcode === OPCODE.ping) peer.onPing(body);
    else if (this.#opcode === OPCODE.pong) peer.onPong(body);
    else peer.onClose(parseCloseBody(body));
  }

  #endMessage(peer: MessagePeer): void {
    const kind = this.#kind;
    const isAscii = this.#isAscii;
    const bytes = this.#bytes;
    let payload = bytes.subarray(0, this.#size);
    const isText = kind === OPCODE.text;
    if (isText && !this.#isCompressed && this.#checked !== this.#size) throw notUtf8();
    const isCompressed = this.#isCompressed;
    this.#reset();
    if (isCompressed && peer.inflater !== null) {
      payload = peer.inflater.inflate(payload, peer.maxMessageBytes);
      if (isText && !isValidUtf8(payload)) throw notUtf8();
    }
    const text = isText ? payload.toString(isAscii && !isCompressed ? 'latin1' : 'utf8') : null;
    if (isText || isCompressed) giveBack(bytes);
    if (text === null) peer.onBinary(payload);
    else peer.onText(text);
  }

  #reset(): void {
    this.#kind = 0;
    this.#isCompressed = false;
    this.#bytes = EMPTY;
    this.#size = 0;
    this.#checked = 0;
    this.#isAscii = true;
  }
}

/** Nobody looks at these any more. */
function giveBack(bytes: Buffer): void {
  if (bytes.length === SPARE_BYTES && spare.length < SPARE_MAX) spare.push(bytes);
}

/** How many bytes a head has, by its second one. */
function headSize(second: number): number {
  const length = second & 0x7f;
  const size = length < 126 ? 2 : length === 126 ? 4 : 10;
  return (second & MASKED) === 0 ? size : size + 4;
}

function violation(message: string): RemoteProtocolError {
  return new RemoteProtocolError(1002, message);
}

function notUtf8(): RemoteProtocolError {
  return new RemoteProtocolError(1007, 'text that is not UTF-8');
}
