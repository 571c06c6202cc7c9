// The same with uWebSockets.js, from the module that the first argument names.
import { createRequire } from 'node:module';
import { ready } from './ready.ts';

interface Socket {
  send(message: ArrayBuffer | string, isBinary: boolean): number;
  subscribe(topic: string): boolean;
}
interface App {
  ws(path: string, behavior: object): App;
  publish(topic: string, message: string, isBinary: boolean): boolean;
  listen(host: string, port: number, listening: (socket: object | false) => void): App;
}
interface UWebSockets {
  App(): App;
  us_socket_local_port(socket: object): number;
}

const uws = createRequire(import.meta.url)(process.argv[2] ?? '') as UWebSockets;
const app = uws.App();
app
  .ws('/', {
    idleTimeout: 0,
    maxPayloadLength: 10_485_760,
    open: (socket: Socket) => {
      socket.subscribe('all');
    },
    message: (socket: Socket, message: ArrayBuffer, isBinary: boolean) => {
      // Text becomes a string, as a handler needs it.
      const text = isBinary ? '' : Buffer.from(message).toString();
      if (text.startsWith('!')) app.publish('all', text.slice(1), false);
      else socket.send(isBinary ? message : text, isBinary);
    },
  })
  .listen('127.0.0.1', 0, (socket) => {
    if (socket !== false) ready(uws.us_socket_local_port(socket));
  });
