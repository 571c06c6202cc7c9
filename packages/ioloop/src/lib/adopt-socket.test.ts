import { connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { adoptSocket } from './adopt-socket.ts';
import { IOLoop } from './ioloop.ts';
import type { AddressInfo } from 'node:net';

it('makes a transport of a socket that is connected', async () => {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const heard: string[] = [];
  await new Promise<void>((resolve) => {
    const transport = adoptSocket(new IOLoop(), socket, {
      connectionMade: () => heard.push('made'),
      dataReceived: (buffer, start, end) => {
        heard.push(buffer.toString('utf8', start, end));
        transport.close();
      },
      connectionLost: () => {
        resolve();
      },
    });
    transport.write('echo');
  });
  expect(heard).toEqual(['made', 'echo']);
  server.close();
});
