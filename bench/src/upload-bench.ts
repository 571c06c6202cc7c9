// `pnpm bench upload`: one file of a form to disk: rate, CPU time, memory; and how soon a client is answered that is not heard out.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from './server-process.ts';

const MIB = 1_048_576;
const PIECE = Buffer.alloc(65_536, 'x');
const HEAD =
  '--B\r\nContent-Disposition: form-data; name="f"; filename="f"\r\nContent-Type: text/plain\r\n\r\n';
const TAIL = '\r\n--B--\r\n';

/** Sends a file of so many bytes; the server answers with how many it has saved. */
async function save(port: number, bytes: number): Promise<string> {
  const socket = await begin(port, 'save', HEAD.length + bytes + TAIL.length);
  for (let sent = 0; sent < bytes; sent += PIECE.length) {
    if (!socket.write(PIECE)) await once(socket, 'drain');
  }
  socket.write(TAIL);
  return answerOf(socket);
}

async function begin(port: number, path: string, length: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const fields = `Content-Type: multipart/form-data; boundary=B\r\nContent-Length: ${length}`;
  socket.write(`POST /${path} HTTP/1.1\r\nHost: bench\r\n${fields}\r\n\r\n${HEAD}`);
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString();
}

/** Milliseconds until a client is answered that has sent a part's beginning and 2 MB of it, and goes no further. */
async function answeredInMs(port: number, path: string): Promise<string> {
  const socket = await begin(port, path, 1e9);
  const startMs = performance.now();
  socket.write(Buffer.alloc(2_000_000, 'x'));
  const status = (await answerOf(socket)).slice(9, 12);
  return `${status} in ${(performance.now() - startMs).toFixed(1)} ms`;
}

/** Measures and prints. */
export async function uploadBench(sizeMib: number): Promise<void> {
  const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'typhoon-bench-'));
  const script = fileURLToPath(new URL('./servers/upload-typhoon.js', import.meta.url));
  const server = await ServerProcess.start([process.execPath, script, folder]);
  let peakBytes = 0;
  const sampling = setInterval(() => {
    peakBytes = Math.max(peakBytes, server.usage().rssBytes);
  }, 20);
  try {
    for (const path of ['throw', 'ignore', 'limit']) await answeredInMs(server.port, path);
    await save(server.port, 8 * MIB);
    const before = server.usage();
    peakBytes = before.rssBytes;
    const startMs = performance.now();
    const answer = await save(server.port, sizeMib * MIB);
    const seconds = (performance.now() - startMs) / 1000;
    const after = server.usage();
    if (!answer.endsWith(String(sizeMib * MIB))) throw new Error(`not saved: ${answer}`);
    const cpuMs = after.userMs + after.systemMs - before.userMs - before.systemMs;
    console.log(`${sizeMib} MiB to disk: ${(sizeMib / seconds).toFixed(0)} MiB/s`);
    console.log(`CPU: ${((cpuMs / sizeMib) * 1000).toFixed(0)} µs/MiB`);
    console.log(
      `RSS: ${mib(before.rssBytes)} MiB before, at most ${mib(peakBytes - before.rssBytes)} more`,
    );
    for (const path of ['throw', 'ignore', 'limit']) {
      console.log(`${path}: ${await answeredInMs(server.port, path)}`);
    }
  } finally {
    clearInterval(sampling);
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}
