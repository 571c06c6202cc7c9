// The suite of streams, in memory and over real sockets, plain and with TLS.
import { IOLoop } from '@typhoon/ioloop';
import { onEachPoller, testCertificate } from '@typhoon/ioloop/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { IOStream, SSLIOStream } from '../src/lib/io-stream.ts';
import { SslContext } from '../src/lib/tls-options.ts';
import { memoryPlainPair, memoryStreamPair } from '../src/lib/testing/memory-stream-pair.ts';
import { testStream } from '../src/lib/testing/stream-suite.ts';
import type { Transport } from '@typhoon/ioloop';
import type { BaseIOStream } from '../src/lib/base-io-stream.ts';
import type { IOStreamOptions } from '../src/lib/stream-options.ts';

const SERVER = { serverSide: true, sslOptions: new SslContext(testCertificate) };
const CLIENT = {
  serverHostname: 'localhost',
  sslOptions: new SslContext({ ca: testCertificate.cert }),
};

type Pair = readonly [BaseIOStream, BaseIOStream];

async function socketPair(
  client: IOStream,
  wrap: (transport: Transport) => BaseIOStream,
): Promise<Pair> {
  let accept: (stream: BaseIOStream) => void;
  const accepted = new Promise<BaseIOStream>((resolve) => (accept = resolve));
  const address = { host: '127.0.0.1', port: 0 };
  const listener = await IOLoop.current().poller.listen(address, {}, () => ({
    connectionMade: (transport) => {
      accept(wrap(transport));
    },
    dataReceived: () => undefined,
    connectionLost: () => undefined,
  }));
  const connected = client.connect(['127.0.0.1', listener.address.port]);
  const server = await accepted;
  await connected;
  void listener.close();
  return [server, client];
}

testStream('memory', (options) => memoryStreamPair(options), { describe, it });

testStream(
  'memory TLS',
  async (options) => {
    const [left, right] = memoryPlainPair({});
    const pair = [
      new SSLIOStream(left, { ...options, ...SERVER }),
      new SSLIOStream(right, CLIENT),
    ] as const;
    await Promise.all(pair.map((end) => end.waitForHandshake()));
    return pair;
  },
  { describe, it },
);

onEachPoller({ describe, it, beforeAll, afterAll }, () => {
  testStream(
    'TCP',
    (options) => socketPair(new IOStream(), (transport) => new IOStream(transport, options)),
    { describe, it },
  );

  testStream(
    'TLS',
    (options: IOStreamOptions) =>
      socketPair(
        new SSLIOStream(null, CLIENT),
        (transport) => new SSLIOStream(transport, { ...options, ...SERVER }),
      ),
    { describe, it },
  );
});
