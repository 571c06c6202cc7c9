// The same with ws, as its documentation has it; it knows no limit for slow readers.
import { WebSocket, WebSocketServer } from 'ws';
import { ready } from './ready.ts';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  perMessageDeflate: process.argv[2] === 'deflate',
});
const subscribers = new Set<WebSocket>();
server.on('connection', (socket, request) => {
  if (request.url === '/') {
    subscribers.add(socket);
    socket.on('close', () => subscribers.delete(socket));
  }
  socket.on('message', (data, isBinary) => {
    const text = isBinary ? '' : (data as Buffer).toString();
    if (!text.startsWith('!')) {
      socket.send(isBinary ? data : text);
      return;
    }
    for (const client of subscribers) {
      if (client.readyState === WebSocket.OPEN) client.send(text.slice(1));
    }
  });
});
server.on('listening', () => {
  const address = server.address();
  ready(typeof address === 'object' && address !== null ? address.port : 0);
});
