// WebSockets that are opened, used once and then left alone. In a process of its own: `idle-clients.js PORT COUNT plain|deflate`.
// Says `port 0` when all are idle; ends them, and itself, when its input ends.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ready } from '../servers/ready.ts';
import { opening, textFrame } from './client-frames.ts';

const port = Number(process.argv[2]);
const count = Number(process.argv[3]);
const hasDeflate = process.argv[4] === 'deflate';
const AT_ONCE = 200;
const REQUEST = opening('/alone', hasDeflate);
/** Long enough that all who compress do so. */
const MESSAGE = textFrame('twelve bytes'.repeat(hasDeflate ? 200 : 1));
const sockets: Socket[] = [];

async function open(): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(REQUEST);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  const isCompressed = answer.includes('permessage-deflate');
  if (isCompressed !== hasDeflate) throw new Error(`not what was asked for: ${answer.toString()}`);
  socket.write(MESSAGE);
  await once(socket, 'data');
}

while (sockets.length < count) {
  const some = Math.min(AT_ONCE, count - sockets.length);
  await Promise.all(Array.from({ length: some }, open));
}
ready(0);
process.stdin.resume();
await once(process.stdin, 'end');
for (const socket of sockets) socket.destroy();
