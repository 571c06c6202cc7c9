// Sends what it is given to an echo server, a line each, and prints what comes back: `node echo-client.js 8888 hello there`.
import { TCPClient } from '@typhoon/iostream';
import { port } from './arguments.ts';

const stream = await new TCPClient().connect('127.0.0.1', port, { timeout: 5000 });
for (const word of process.argv.slice(3)) {
  void stream.write(`${word}\n`);
  process.stdout.write(await stream.readUntil('\n'));
}
stream.close();
