// Connections that are opened, used once and then left alone. In a process of its own: `idle-clients.js PORT COUNT`.
// Says `port 0` when all are idle; ends them, and itself, when its input ends.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ready } from '../servers/ready.ts';

const [, , port, count] = process.argv.map(Number);
const AT_ONCE = 200;
const REQUEST = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const sockets: Socket[] = [];

async function open(): Promise<void> {
  const socket = connect(port ?? 0, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(REQUEST);
  await once(socket, 'data');
}

while (sockets.length < (count ?? 0)) {
  const some = Math.min(AT_ONCE, (count ?? 0) - sockets.length);
  await Promise.all(Array.from({ length: some }, open));
}
ready(0);
process.stdin.resume();
await once(process.stdin, 'end');
for (const socket of sockets) socket.destroy();
