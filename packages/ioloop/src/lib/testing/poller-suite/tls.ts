// The contract's part on TLS.
import assert from 'node:assert/strict';
import { testCertificate } from '../test-certificate.ts';
import { ECHO, HALF_OPEN, pattern } from './rig.ts';
import type { ConnectTlsOptions, TlsInfo } from '../../poller.ts';
import type { Check } from './check.ts';
import type { PairOptions, Rig } from './rig.ts';
import type { Recorder } from './recorder.ts';

const LARGE_BYTES = 4 << 20;

function encrypted(options: PairOptions = {}): PairOptions {
  return {
    listen: { tls: { ...testCertificate, ALPNProtocols: ['h2', 'http/1.1'] } },
    connect: { tls: { ca: testCertificate.cert, servername: 'localhost' } },
    ...options,
  };
}

/** Declares the tests; `cannot` is why they are skipped. */
export function testTls(check: Check, cannot: string | null): void {
  testData(check, cannot);

  check(
    'knows what was agreed upon',
    async (rig) => {
      const ALPNProtocols = ['http/1.1'];
      const tls = { ca: testCertificate.cert, servername: 'localhost', ALPNProtocols };
      const { client, server } = await rig.pair(encrypted({ connect: { tls } }));
      const ours = infoOf(client);
      const theirs = infoOf(server);
      assert.equal(ours.isAuthorized, true);
      assert.equal(ours.peerCertificate()?.subject.CN, 'localhost');
      assert.equal(ours.alpnProtocol, 'http/1.1');
      assert.equal(theirs.alpnProtocol, 'http/1.1');
      assert.equal(theirs.serverName, 'localhost');
      assert.equal(theirs.peerCertificate(), null);
      client.abort();
      await client.heard('lost');
      assert.doesNotThrow(() => ours.peerCertificate());
    },
    cannot,
  );

  testCertificates(check, cannot);
}

function testCertificates(check: Check, cannot: string | null): void {
  const refused: { readonly what: string; readonly tls: ConnectTlsOptions }[] = [
    { what: 'a certificate that nobody vouches for', tls: { servername: 'localhost' } },
    {
      what: "another name than the certificate's",
      tls: { ca: testCertificate.cert, servername: 'example.com' },
    },
  ];
  for (const { what, tls } of refused) {
    check(
      `refuses ${what}: ERR_TLS`,
      async (rig) => {
        const { client } = await attempt(rig, { tls });
        assert.equal(await client.lost(), 'ERR_TLS');
        assert.deepEqual(client.events, ['lost']);
      },
      cannot,
    );
  }

  check(
    'takes any certificate when told to, and says that it is not good',
    async (rig) => {
      const { client } = await rig.pair(
        encrypted({ connect: { tls: { rejectUnauthorized: false } } }),
      );
      assert.equal(infoOf(client).isAuthorized, false);
    },
    cannot,
  );

  check(
    'gives up an attempt in the middle of the handshake',
    async (rig) => {
      const listener = await rig.listen({}); // answers nothing, so that the handshake never ends
      const client = rig.recorder();
      const { host, port } = listener.address;
      const attempt = rig.poller.connect({ host, port }, { tls: {} }, client);
      rig.loop.addCallback(() => {
        attempt.abort();
      });
      assert.equal(await client.lost(), 'ERR_CONNECTION_ABORTED');
    },
    cannot,
  );
}

function testData(check: Check, cannot: string | null): void {
  check(
    'talks TLS both ways',
    async (rig) => {
      const { client } = await rig.pair(encrypted({ server: ECHO }));
      client.write('hello ');
      client.writeLatin1('there');
      await client.until(() => client.text === 'hello there');
    },
    cannot,
  );

  check(
    'sends all that is buffered before it closes TLS',
    async (rig) => {
      const { client, server } = await rig.pair(encrypted());
      const bytes = pattern(LARGE_BYTES);
      server.write(bytes);
      server.close();
      assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
      assert.ok(client.bytes.equals(bytes));
    },
    cannot,
  );

  check(
    'ends our half of TLS and goes on reading',
    async (rig) => {
      const { client, server } = await rig.pair(encrypted({ server: HALF_OPEN }));
      client.write('question');
      client.end();
      await server.heard('eof');
      assert.equal(server.text, 'question');
      server.write('answer');
      server.close();
      assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
      assert.equal(client.text, 'answer');
    },
    cannot,
  );
}

async function attempt(
  rig: Rig,
  options: { readonly tls: ConnectTlsOptions },
): Promise<{ readonly client: Recorder }> {
  const listener = await rig.listen({}, undefined, { tls: testCertificate });
  return { client: rig.connect(listener, {}, options) };
}

function infoOf(end: Recorder): TlsInfo {
  const { tls } = end.transport;
  assert.ok(tls !== null, 'the connection is not encrypted');
  return tls;
}
