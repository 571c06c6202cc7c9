// The same with uWebSockets.js, from the module that the second argument names.
import { createRequire } from 'node:module';
import { ready } from './ready.ts';

interface Socket {
  send(message: ArrayBuffer | string, isBinary: boolean, compress: boolean): number;
  subscribe(topic: string): boolean;
}
interface App {
  ws(path: string, behavior: object): App;
  publish(topic: string, message: string, isBinary: boolean, compress: boolean): boolean;
  listen(host: string, port: number, listening: (socket: object | false) => void): App;
}
interface UWebSockets {
  readonly SHARED_COMPRESSOR: number;
  readonly DISABLED: number;
  App(): App;
  us_socket_local_port(socket: object): number;
}

const [, , setup, module = ''] = process.argv;
const hasDeflate = setup === 'deflate';
const uws = createRequire(import.meta.url)(module) as UWebSockets;
const app = uws.App();

const behavior = {
  idleTimeout: 0,
  compression: hasDeflate ? uws.SHARED_COMPRESSOR : uws.DISABLED,
  maxPayloadLength: 10_485_760,
  maxBackpressure: setup === 'limited' ? 65_536 : 1_048_576,
  message: (socket: Socket, message: ArrayBuffer, isBinary: boolean) => {
    // Text becomes a string, as a handler needs it.
    const text = isBinary ? '' : Buffer.from(message).toString();
    if (text.startsWith('!')) app.publish('all', text.slice(1), false, hasDeflate);
    else socket.send(isBinary ? message : text, isBinary, hasDeflate);
  },
};

app
  .ws('/alone', behavior)
  .ws('/', {
    ...behavior,
    open: (socket: Socket) => {
      socket.subscribe('all');
    },
  })
  .listen('127.0.0.1', 0, (socket) => {
    if (socket !== false) ready(uws.us_socket_local_port(socket));
  });
