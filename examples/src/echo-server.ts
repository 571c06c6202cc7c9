// An echo server over plain TCP: a line in, the same line out. `nc 127.0.0.1 8888` talks to it.
import { type IOStream, StreamClosedError, TCPServer } from '@typhoon/iostream';
import { port } from './arguments.ts';

class EchoServer extends TCPServer {
  override async handleStream(stream: IOStream): Promise<void> {
    try {
      for (;;) await stream.write(await stream.readUntil('\n', { maxBytes: 65_536 }));
    } catch (error) {
      if (!(error instanceof StreamClosedError)) throw error; // the client has left
    }
  }
}

const server = new EchoServer();
await server.listen(port, { address: '127.0.0.1' });
console.log(`listening on 127.0.0.1:${server.sockets[0]?.address.port ?? port}`);
