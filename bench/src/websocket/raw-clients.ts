// Many WebSockets that cost their process as little as can be: raw TCP, frames made once, bytes counted and not read.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const MASK = [0x12, 0x34, 0x56, 0x78];

/** A client's frame of text. */
function textFrame(text: string): Buffer {
  const size = text.length;
  const head =
    size < 126
      ? [0x81, 0x80 | size]
      : size < 65_536
        ? [0x81, 0xfe, size >> 8, size & 0xff]
        : [0x81, 0xff, 0, 0, 0, 0, 0, size >> 16, (size >> 8) & 0xff, size & 0xff];
  const body = Buffer.from(text).map((byte, at) => byte ^ (MASK[at & 3] ?? 0));
  return Buffer.concat([Buffer.from(head), Buffer.from(MASK), body]);
}

/** How many bytes a server needs to say that. */
function answerBytes(size: number): number {
  return size + (size < 126 ? 2 : size < 65_536 ? 4 : 10);
}

/** Connections to one server. */
export class RawClients {
  readonly sockets: Socket[] = [];

  /** Opens so many more, a hundred at a time. */
  async open(port: number, count: number): Promise<void> {
    for (let left = count; left > 0; left -= 100) {
      await Promise.all(Array.from({ length: Math.min(100, left) }, () => this.#openOne(port)));
    }
  }

  async #openOne(port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    this.sockets.push(socket);
    await once(socket, 'connect');
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    await once(socket, 'data');
  }

  /** Each sends, waits for the echo, and sends again, for so many milliseconds; answers how many came back. */
  async echo(size: number, forMs: number): Promise<number> {
    const frame = textFrame('x'.repeat(size));
    const whole = answerBytes(size);
    let count = 0;
    let isOver = false;
    const done = this.sockets.map(
      (socket) =>
        new Promise<void>((resolve) => {
          let bytes = 0;
          socket.removeAllListeners('data');
          socket.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes < whole) return;
            bytes -= whole;
            count++;
            if (isOver) resolve();
            else socket.write(frame);
          });
          socket.write(frame);
        }),
    );
    setTimeout(() => {
      isOver = true;
    }, forMs);
    await Promise.all(done);
    return count;
  }

  /** The first asks for it to be published, until it has come to all, so many times. */
  async broadcast(size: number, times: number): Promise<void> {
    const frame = textFrame(`!${'x'.repeat(size)}`);
    const all = answerBytes(size) * this.sockets.length;
    let bytes = 0;
    let arrived: () => void = () => undefined;
    for (const socket of this.sockets) {
      socket.removeAllListeners('data');
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes === all) arrived();
      });
    }
    for (let n = 0; n < times; n++) {
      bytes = 0;
      await new Promise<void>((resolve) => {
        arrived = resolve;
        this.sockets[0]?.write(frame);
      });
    }
  }

  /** Closes all. */
  close(): void {
    for (const socket of this.sockets.splice(0)) socket.destroy();
  }
}
