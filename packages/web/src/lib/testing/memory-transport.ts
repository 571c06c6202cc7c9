// What a connection in memory has for a transport: addresses, and an end.
import type { Address, TlsInfo, Transport } from '@typhoon/ioloop';

/** Takes nothing and gives nothing. */
export class MemoryTransport implements Transport {
  readonly bufferedAmount = 0;
  readonly localAddress: Address = { host: '127.0.0.1', port: 80, path: '' };
  readonly remoteAddress: Address;
  readonly tls: TlsInfo | null = null;
  isClosing = false;
  readonly #onClose: () => void;

  /** @param onClose Called once, when it is closed in whichever way. */
  constructor(remoteIp: string, onClose: () => void) {
    this.remoteAddress = { host: remoteIp, port: 50_000, path: '' };
    this.#onClose = onClose;
  }

  write(): void {
    // Answers go through the connection.
  }

  writeLatin1(): void {
    // Answers go through the connection.
  }

  pauseReading(): void {
    // Nothing is read.
  }

  resumeReading(): void {
    // Nothing is read.
  }

  unread(): void {
    // Nothing was read.
  }

  end(): void {
    this.close();
  }

  close(): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.#onClose();
  }

  abort(): void {
    this.close();
  }

  setProtocol(): void {
    // There is none.
  }

  setWriteLimits(): void {
    // Nothing is buffered.
  }

  setNoDelay(): void {
    // There are no packets.
  }
}
