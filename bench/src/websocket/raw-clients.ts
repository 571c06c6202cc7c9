// Many WebSockets that cost their process as little as can be: raw TCP, frames made once, bytes counted and not read.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { answerBytes, opening, textFrame } from './client-frames.ts';

const AT_ONCE = 100;

/** Connections to one server. */
export class RawClients {
  readonly sockets: Socket[] = [];

  /** Opens so many more, a hundred at a time. */
  async open(port: number, count: number, path = '/'): Promise<void> {
    const request = opening(path);
    for (let left = count; left > 0; left -= AT_ONCE) {
      const some = Math.min(AT_ONCE, left);
      await Promise.all(Array.from({ length: some }, () => this.#openOne(port, request)));
    }
  }

  async #openOne(port: number, request: string): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    this.sockets.push(socket);
    await once(socket, 'connect');
    socket.write(request);
    await once(socket, 'data');
  }

  /** Each sends, waits for the echo, and sends again, for so many milliseconds; answers how long each took, in ms. */
  async echo(size: number, forMs: number): Promise<number[]> {
    const frame = textFrame('x'.repeat(size));
    const whole = answerBytes(size);
    const tookMs: number[] = [];
    const end = performance.now() + forMs;
    const talk = (socket: Socket): Promise<void> =>
      new Promise((resolve, reject) => {
        let bytes = 0;
        let sentAt = performance.now();
        socket.removeAllListeners('data').removeAllListeners('close');
        socket.on('close', () => {
          reject(new Error('the server closed a connection'));
        });
        socket.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes < whole) return;
          bytes -= whole;
          const now = performance.now();
          tookMs.push(now - sentAt);
          sentAt = now;
          if (now >= end) resolve();
          else socket.write(frame);
        });
        socket.write(frame);
      });
    await Promise.all(this.sockets.map(talk));
    return tookMs;
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

  /** The first has it published every so often, until what is returned is called. */
  publishEvery(size: number, everyMs: number): () => void {
    const frame = textFrame(`!${'x'.repeat(size)}`);
    const timer = setInterval(() => this.sockets[0]?.write(frame), everyMs);
    return () => {
      clearInterval(timer);
    };
  }

  /** None reads any more. */
  stall(): void {
    for (const socket of this.sockets) socket.pause();
  }

  /** Closes all. */
  close(): void {
    for (const socket of this.sockets.splice(0)) socket.removeAllListeners('close').destroy();
  }
}
