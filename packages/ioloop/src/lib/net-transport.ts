// A Transport over a socket of node:net or node:tls. Owns: when bytes are handed to the socket, the water marks, the one
// path to `connectionLost`. Must not know: listening and connecting (net-poller.ts).
// HOT: `pnpm bench http`
import { TLSSocket } from 'node:tls';
import { TransportError } from './transport-error.ts';
import type { Socket } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import type { Address, Flushable, PollerHost, Protocol, TlsInfo, Transport } from './poller.ts';

const DEFAULT_HIGH_BYTES = 65_536;
const DEFAULT_LOW_BYTES = 16_384;
/** Most bytes that are handed to the socket at once. */
const PIECE_BYTES = 131_072;

/** `open` reads and writes; `ending` our half is shut or about to be; `closing` waits for the flush; `lost` is over. */
type State = 'open' | 'ending' | 'closing' | 'lost';

/** The paths of a unix socket's two ends; empty where an end has none, and for everything else. */
export interface UnixPaths {
  readonly local: string;
  readonly remote: string;
}

/** One connection of the `net` poller. */
export class NetTransport implements Transport, Flushable {
  readonly #host: PollerHost;
  readonly #socket: Socket;
  #protocol: Protocol;
  #state: State = 'open';
  /** What was written in this event: text of one byte a character, as long as nothing else came. */
  #text = '';
  /** Bytes written in this event, in order, when there is more than text; `#text` comes behind them. */
  #chunks: Uint8Array[] = [];
  #chunkBytes = 0;
  /** The first of these are on their way; the others wait. */
  #isPieceOut = false;
  #isFlushComing = false;
  #isWritingPaused = false;
  #highBytes = DEFAULT_HIGH_BYTES;
  #lowBytes = DEFAULT_LOW_BYTES;
  #error: TransportError | null = null;
  readonly #push: Socket['push'];
  readonly #paths: UnixPaths;
  /** What TLS runs over, when that was there first. */
  readonly #below: Transport | null;
  /** Asked for at once: a socket that was reset does not know any more. */
  readonly #remote: Address;

  /**
   * @param paths The ends of a unix socket, which Node.js does not tell.
   * @param below The connection that was encrypted, or null.
   */
  constructor(
    host: PollerHost,
    socket: Socket,
    protocol: Protocol,
    paths: UnixPaths,
    below: Transport | null = null,
  ) {
    this.#host = host;
    this.#socket = socket;
    this.#protocol = protocol;
    this.#paths = paths;
    this.#below = below;
    this.#remote =
      below?.remoteAddress ?? addressOf(socket.remoteAddress, socket.remotePort, paths.remote);
    this.#push = socket.push.bind(socket);
    socket.push = this.#onPush;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#onError);
    socket.on('close', this.#onClose);
  }

  /** Tells the protocol that the connection is there. */
  begin(): void {
    this.#tell('connectionMade', () => {
      this.#protocol.connectionMade(this);
    });
  }

  write(data: Uint8Array | string): void {
    if (this.#state !== 'open') throw this.#closedError();
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (!(bytes instanceof Uint8Array)) throw new TypeError('write takes a Uint8Array or a string');
    if (bytes.byteLength === 0) return;
    this.#settleText();
    this.#chunks.push(bytes);
    this.#chunkBytes += bytes.byteLength;
    this.#askForFlush();
  }

  writeLatin1(text: string): void {
    if (this.#state !== 'open') throw this.#closedError();
    this.#text += text;
    this.#askForFlush();
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    if (this.#state !== 'lost') this.#socket.resume();
  }

  unread(bytes: Buffer): void {
    if (this.#state === 'lost' || bytes.length === 0) return;
    const socket = this.#socket;
    const isFlowing = socket.readableFlowing === true;
    if (isFlowing) socket.pause(); // else it might be told here and now, or not before more comes
    socket.unshift(bytes);
    if (isFlowing) socket.resume();
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#askForFlush();
  }

  close(): void {
    if (this.#state === 'closing' || this.#state === 'lost') return;
    this.#state = 'closing';
    this.#askForFlush();
  }

  abort(error?: TransportError): void {
    if (this.#state === 'lost') return;
    this.#state = 'closing';
    this.#error ??=
      error ??
      new TransportError('ERR_CONNECTION_ABORTED', 'the connection was aborted by our side');
    this.#drop();
    if (this.#canReset()) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
    this.#below?.abort();
  }

  setProtocol(protocol: Protocol): void {
    this.#protocol = protocol;
  }

  setWriteLimits(highBytes: number, lowBytes: number): void {
    if (!(highBytes >= lowBytes && lowBytes >= 0)) {
      throw new RangeError(
        `water marks must be high >= low >= 0, got ${highBytes} and ${lowBytes}`,
      );
    }
    this.#highBytes = highBytes;
    this.#lowBytes = lowBytes;
  }

  setNoDelay(isOn: boolean): void {
    if (this.#below === null) this.#socket.setNoDelay(isOn);
    else this.#below.setNoDelay(isOn);
  }

  get bufferedAmount(): number {
    if (this.#socket.destroyed) return 0;
    return this.#chunkBytes + this.#text.length + this.#socket.writableLength;
  }

  get isClosing(): boolean {
    return this.#state !== 'open';
  }

  get localAddress(): Address {
    if (this.#below !== null) return this.#below.localAddress;
    const { localAddress, localPort } = this.#socket;
    return addressOf(localAddress, localPort, this.#paths.local);
  }

  get remoteAddress(): Address {
    return this.#remote;
  }

  get tls(): TlsInfo | null {
    return this.#socket instanceof TLSSocket ? tlsInfo(this.#socket) : null;
  }

  /** Sends what was written, and gives the socket away: this transport and its protocol have nothing to do with it any more. */
  detach(): Socket {
    const socket = this.#socket;
    this.flush();
    this.#flushChunks(Infinity);
    this.#state = 'lost';
    socket.push = this.#push;
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('error', this.#onError);
    socket.off('close', this.#onClose);
    return socket;
  }

  /** Hands what was written in this event to the socket, as one write where it can be. */
  flush(): void {
    this.#isFlushComing = false;
    if (this.#state === 'lost') return;
    const socket = this.#socket;
    const text = this.#text;
    if (this.#chunkBytes > 0 || text.length > PIECE_BYTES) {
      this.#settleText();
      if (!this.#isPieceOut) this.#flushChunks(PIECE_BYTES);
    } else if (text !== '') {
      this.#text = '';
      if (this.#mustWatch(text.length)) socket.write(text, 'latin1', this.#onWritten);
      else socket.write(text, 'latin1');
    }
    if (this.#state !== 'open') this.#finishWriting();
    else if (!this.#isWritingPaused && socket.writableLength + this.#chunkBytes > this.#highBytes)
      this.#pauseWriting();
  }

  /** Whether `#onWritten` has to hear of this write: else nobody would see the buffer go down. */
  #mustWatch(size: number): boolean {
    return this.#isWritingPaused || this.#socket.writableLength + size > this.#highBytes;
  }

  /**
   * Hands chunks over, piece by piece as the kernel takes them; the rest waits. Node.js tells of a write only when all of it is
   * gone: in one piece, nobody could tell a client that takes a large answer slowly from one that takes nothing.
   */
  #flushChunks(limit: number): void {
    do this.#flushPiece(limit);
    while (this.#isPieceOut && this.#socket.writableLength === 0);
  }

  #flushPiece(limit: number): void {
    const before = this.#chunkBytes;
    const batch = this.#takeChunks(limit);
    const socket = this.#socket;
    const last = batch.pop();
    if (last === undefined) return;
    this.#isPieceOut = this.#chunkBytes > 0;
    const mustWatch = this.#isPieceOut || this.#mustWatch(before - this.#chunkBytes);
    if (batch.length > 0) socket.cork();
    for (const chunk of batch) socket.write(chunk);
    if (mustWatch) socket.write(last, this.#isPieceOut ? this.#onPieceGone : this.#onWritten);
    else socket.write(last);
    if (batch.length > 0) socket.uncork();
  }

  #takeChunks(limit: number): Uint8Array[] {
    const chunks = this.#chunks;
    if (this.#chunkBytes <= limit) {
      this.#chunks = [];
      this.#chunkBytes = 0;
      return chunks;
    }
    const taken: Uint8Array[] = [];
    let at = 0;
    let left = limit;
    for (let chunk = chunks[0]; chunk !== undefined && left > 0; chunk = chunks[at]) {
      const part = chunk.subarray(0, left);
      taken.push(part);
      left -= part.byteLength;
      if (part.byteLength === chunk.byteLength) at++;
      else chunks[at] = chunk.subarray(part.byteLength);
    }
    chunks.splice(0, at);
    this.#chunkBytes -= limit - left;
    return taken;
  }

  readonly #onPieceGone = (): void => {
    if (this.#state === 'lost' || this.#socket.destroyed || this.#socket.writableLength > 0) return;
    this.#isPieceOut = false;
    this.flush();
    this.#onWritten();
  };

  /** Bytes follow text: the text becomes bytes, so that the order stays. */
  #settleText(): void {
    if (this.#text === '') return;
    this.#chunks.push(Buffer.from(this.#text, 'latin1'));
    this.#chunkBytes += this.#text.length;
    this.#text = '';
  }

  #askForFlush(): void {
    if (this.#isFlushComing) return;
    this.#isFlushComing = true;
    this.#host.addFlush(this);
  }

  #finishWriting(): void {
    if (this.#chunkBytes > 0) return; // when those are gone
    if (this.#state === 'closing') this.#socket.destroySoon();
    else if (!this.#socket.writableEnded) this.#socket.end();
  }

  #pauseWriting(): void {
    this.#isWritingPaused = true;
    this.#tell('pauseWriting', () => this.#protocol.pauseWriting?.());
  }

  readonly #onWritten = (): void => {
    if (!this.#isWritingPaused || this.#state === 'lost' || this.#socket.destroyed) return;
    if (this.bufferedAmount > this.#lowBytes) return;
    this.#isWritingPaused = false;
    this.#tell('resumeWriting', () => this.#protocol.resumeWriting?.());
  };

  /**
   * What the socket reads goes by `push` through the stream's buffer to its listeners. While nothing is buffered and
   * nobody has paused it, that is a detour, of some 1.5 µs. A socket that comes to read in another way still has `#onData`.
   */
  readonly #onPush = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    const socket = this.#socket;
    if (!(chunk instanceof Buffer) || !socket.readableFlowing || socket.readableLength > 0) {
      return this.#push(chunk, encoding);
    }
    this.#onData(chunk);
    return true;
  };

  readonly #onData = (chunk: Buffer): void => {
    if (this.#state === 'closing') return;
    this.#host.enter();
    try {
      this.#protocol.dataReceived(chunk, 0, chunk.length);
    } catch (error) {
      this.#blame('dataReceived', error);
    } finally {
      this.#host.exit();
    }
  };

  readonly #onEnd = (): void => {
    if (this.#state === 'closing') return;
    this.#tell('eofReceived', () => {
      if (this.#protocol.eofReceived?.() !== true) this.close();
    });
  };

  readonly #onError = (error: Error): void => {
    if (this.#isFarewell()) return;
    this.#error ??= TransportError.from(error, 'connection failed');
  };

  /** Both sides had said all: that the peer did not wait for TLS's last word is no loss. */
  #isFarewell(): boolean {
    if (this.#below === null || this.#state === 'open') return false;
    return this.#socket.readableEnded && this.#socket.writableLength === 0;
  }

  readonly #onClose = (): void => {
    this.#state = 'lost';
    this.#drop();
    this.#host.enter();
    try {
      this.#protocol.connectionLost(this.#error);
    } catch (error) {
      this.#host.handleCallbackException('connectionLost', error);
    } finally {
      this.#host.exit();
    }
  };

  /** One event: `call` calls the protocol's `method`. */
  #tell(method: keyof Protocol, call: () => void): void {
    this.#host.enter();
    try {
      call();
    } catch (error) {
      this.#blame(method, error);
    } finally {
      this.#host.exit();
    }
  }

  /** A protocol that throws loses its own connection, and harms no other. */
  #blame(method: keyof Protocol, error: unknown): void {
    this.abort(
      new TransportError('ERR_CONNECTION_ABORTED', 'the protocol threw', { cause: error }),
    );
    this.#host.handleCallbackException(method, error);
  }

  /**
   * A reset takes back what the kernel has not sent yet. Only plain TCP knows one, and a socket that has begun to end its
   * half refuses it, and then never says that it is closed.
   */
  #canReset(): boolean {
    const socket = this.#socket;
    return this.#remote.host !== '' && !socket.writableEnded && !(socket instanceof TLSSocket);
  }

  #drop(): void {
    this.#text = '';
    this.#chunks = [];
    this.#chunkBytes = 0;
  }

  #closedError(): TransportError {
    const how = this.#state === 'lost' ? 'the connection is lost' : 'the transport is closing';
    return new TransportError('ERR_TRANSPORT_CLOSED', `cannot write: ${how}`);
  }
}

function addressOf(host: string | undefined, port: number | undefined, path: string): Address {
  return { host: host ?? '', port: port ?? 0, path };
}

function tlsInfo(socket: TLSSocket): TlsInfo {
  const { servername } = socket as { servername?: string | false };
  return {
    isAuthorized: socket.authorized,
    alpnProtocol: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    serverName: typeof servername === 'string' ? servername : null,
    peerCertificate: () => {
      // Null when the socket is gone, whatever the types say; empty when the peer sent none.
      const certificate = socket.getPeerCertificate() as PeerCertificate | null;
      return certificate === null || Object.keys(certificate).length === 0 ? null : certificate;
    },
  };
}
