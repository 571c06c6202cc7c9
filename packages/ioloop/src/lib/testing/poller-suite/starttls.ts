// The contract's part on TLS over a connection that exists.
import assert from 'node:assert/strict';
import { startTls } from '../../start-tls.ts';
import { testCertificate } from '../test-certificate.ts';
import { ECHO, HALF_OPEN, pattern } from './rig.ts';
import type { StartTlsOptions } from '../../start-tls.ts';
import type { ConnectAttempt } from '../../poller.ts';
import type { Check } from './check.ts';
import type { Recorder, Script } from './recorder.ts';
import type { Pair, Rig } from './rig.ts';

const LARGE_BYTES = 4 << 20;
const SERVER: StartTlsOptions = { server: testCertificate };
const CLIENT: StartTlsOptions = {
  client: { ca: testCertificate.cert, servername: 'localhost' },
};

/** Declares the tests. */
export function testStartTls(check: Check): void {
  testUpgrade(check);
  testRefusals(check);
  testBrokenHandshakes(check);
}

function testUpgrade(check: Check): void {
  check('encrypts a connection that has talked already', async (rig) => {
    const plain = await rig.pair();
    plain.client.write('STARTTLS');
    await plain.server.until(() => plain.server.text === 'STARTTLS');
    plain.server.write('go ahead');
    const server = encrypt(rig, plain.server, SERVER, ECHO).end; // in the same event: what was written goes first
    await plain.client.until(() => plain.client.text === 'go ahead');
    const client = encrypt(rig, plain.client, CLIENT).end;
    await Promise.all([client.heard('made'), server.heard('made')]);
    assert.equal(client.transport.tls?.isAuthorized, true);
    client.write('secret');
    await client.until(() => client.text === 'secret');
    assert.deepEqual([plain.client.text, plain.server.text], ['go ahead', 'STARTTLS']);
  });

  check('knows both ends of a connection that was encrypted', async (rig) => {
    const plain = await rig.pair();
    const { localAddress, remoteAddress } = plain.client.transport;
    const { client } = await encryptBoth(rig, plain);
    assert.deepEqual(client.transport.localAddress, localAddress);
    assert.deepEqual(client.transport.remoteAddress, remoteAddress);
    client.transport.setNoDelay(true);
  });

  check('sends all that is buffered before it closes what was encrypted', async (rig) => {
    const { client, server } = await encryptBoth(rig, await rig.pair());
    const bytes = pattern(LARGE_BYTES);
    server.write(bytes);
    server.close();
    assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
    assert.ok(client.bytes.equals(bytes));
  });

  check('ends our half of what was encrypted and goes on reading', async (rig) => {
    const { client, server } = await encryptBoth(rig, await rig.pair(), HALF_OPEN);
    client.write('question');
    client.end();
    await server.heard('eof');
    server.write('answer');
    server.close();
    assert.deepEqual([await client.lost(), await server.lost()], [null, null]);
    assert.deepEqual([client.text, server.text], ['answer', 'question']);
  });

  check('aborts what was encrypted', async (rig) => {
    const { client, server } = await encryptBoth(rig, await rig.pair());
    client.abort();
    assert.equal(await client.lost(), 'ERR_CONNECTION_ABORTED');
    await server.heard('lost');
  });
}

function testRefusals(check: Check): void {
  check('checks the address where no name is given', async (rig) => {
    const plain = await rig.pair();
    const server = encrypt(rig, plain.server, SERVER).end;
    const client = encrypt(rig, plain.client, { client: { ca: testCertificate.cert } }).end;
    await Promise.all([client.heard('made'), server.heard('made')]);
  });

  check('refuses a certificate of another name: ERR_TLS', async (rig) => {
    const plain = await rig.pair();
    const server = encrypt(rig, plain.server, SERVER).end;
    const options = { client: { ca: testCertificate.cert, servername: 'example.com' } };
    const client = encrypt(rig, plain.client, options).end;
    assert.equal(await client.lost(), 'ERR_TLS');
    assert.deepEqual(client.events, ['lost']);
    await server.heard('lost');
  });

  check('refuses a client without the certificate that is wanted: ERR_TLS', async (rig) => {
    const plain = await rig.pair();
    const wanted = { ...testCertificate, ca: testCertificate.cert, requestCert: true };
    const server = encrypt(rig, plain.server, { server: wanted }).end;
    const client = encrypt(rig, plain.client, CLIENT).end;
    assert.equal(await server.lost(), 'ERR_TLS');
    assert.deepEqual(server.events, ['lost']);
    await client.heard('lost');
  });
}

function testBrokenHandshakes(check: Check): void {
  check('fails a handshake with somebody who talks no TLS: ERR_TLS', async (rig) => {
    const plain = await rig.pair();
    const server = encrypt(rig, plain.server, SERVER).end;
    plain.client.write('GET / HTTP/1.0\r\n\r\n');
    assert.equal(await server.lost(), 'ERR_TLS');
  });

  check('fails a handshake that the peer leaves: ERR_CONNECTION_RESET', async (rig) => {
    const plain = await rig.pair();
    const server = encrypt(rig, plain.server, SERVER).end;
    plain.client.close();
    assert.equal(await server.lost(), 'ERR_CONNECTION_RESET');
  });

  check('gives up a handshake: connectionLost alone, later', async (rig) => {
    const plain = await rig.pair();
    for (const [end, options] of [
      [plain.client, CLIENT],
      [plain.server, SERVER],
    ] as const) {
      const { end: encrypted, attempt } = encrypt(rig, end, options);
      attempt.abort();
      attempt.abort();
      assert.deepEqual(encrypted.events, []);
      assert.equal(await encrypted.lost(), 'ERR_CONNECTION_ABORTED');
    }
  });

  check('ends handshakes and what was encrypted when the poller is closed', async (rig) => {
    const { client, server } = await encryptBoth(rig, await rig.pair());
    const pending = encrypt(rig, (await rig.pair()).server, SERVER).end;
    rig.poller.close();
    await Promise.all([client, server, pending].map((end) => end.heard('lost')));
  });
}

interface Encrypting {
  readonly end: Recorder;
  readonly attempt: ConnectAttempt;
}

function encrypt(rig: Rig, plain: Recorder, options: StartTlsOptions, script?: Script): Encrypting {
  const end = rig.recorder(script);
  plain.isDetached = true;
  return { end, attempt: startTls(rig.loop, plain.transport, options, end) };
}

async function encryptBoth(rig: Rig, plain: Pair, script?: Script): Promise<Pair> {
  const server = encrypt(rig, plain.server, SERVER, script).end;
  const client = encrypt(rig, plain.client, CLIENT).end;
  await Promise.all([client.heard('made'), server.heard('made')]);
  return { client, server };
}
