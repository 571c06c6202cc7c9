import { createServer, connect } from 'node:net';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testCertificate } from '@typhoon/ioloop/testing';
import { describe, expect, it } from 'vitest';
import { SslContext, sslOptionsToContext, sslWrapSocket } from './tls-options.ts';
import type { AddressInfo } from 'node:net';
import type { SslOptions } from './tls-options.ts';

const folder = mkdtempSync(join(tmpdir(), 'typhoon-tls-'));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const certfile = file('cert.pem', testCertificate.cert);
const keyfile = file('key.pem', testCertificate.key);
const together = file('both.pem', testCertificate.cert + testCertificate.key);
const badOptions = { code: 'ERR_TLS_OPTIONS' };

describe('sslOptionsToContext', () => {
  it('reads the files, and says all in the words of node:tls (NET-12)', () => {
    const context = sslOptionsToContext({
      sslVersion: 'TLSv1.3',
      certfile,
      keyfile,
      caCerts: certfile,
      ciphers: 'TLS_AES_256_GCM_SHA384',
      certReqs: 'optional',
    });
    expect(context.options).toMatchObject({
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      ciphers: 'TLS_AES_256_GCM_SHA384',
      cert: Buffer.from(testCertificate.cert),
      key: Buffer.from(testCertificate.key),
      ca: Buffer.from(testCertificate.cert),
    });
  });

  it('refuses keys that it does not know, and returns a context as it is (NET-12)', () => {
    const unknown = { certfile, certFile: certfile } as SslOptions;
    expect(() => sslOptionsToContext(unknown)).toThrow(expect.objectContaining(badOptions));
    const context = new SslContext({});
    expect(sslOptionsToContext(context, { serverSide: true })).toBe(context);
  });

  it('makes clients check the server unless told otherwise (NET-13)', () => {
    expect(sslOptionsToContext({}).options.rejectUnauthorized).toBe(true);
    expect(sslOptionsToContext({ certReqs: 'none' }).options.rejectUnauthorized).toBe(false);
  });

  it('makes servers ask for a certificate when told to (NET-13)', () => {
    const ask = (certReqs: 'none' | 'optional' | 'required'): unknown =>
      sslOptionsToContext({ certfile: together, certReqs }, { serverSide: true }).options;
    expect(ask('none')).toMatchObject({ requestCert: false });
    expect(ask('optional')).toMatchObject({ requestCert: true, rejectUnauthorized: false });
    expect(ask('required')).toMatchObject({ requestCert: true, rejectUnauthorized: true });
  });

  it('wants a certificate of a server, and finds the key in the same file (NET-14)', () => {
    expect(() => sslOptionsToContext({}, { serverSide: true })).toThrow('missing key "certfile"');
    const context = sslOptionsToContext({ certfile: together }, { serverSide: true });
    expect(context.options.key).toEqual(context.options.cert);
  });

  it('says which file cannot be read, and that a certificate is none', () => {
    const missing = { certfile: join(folder, 'absent.pem') };
    expect(() => sslOptionsToContext(missing)).toThrow(expect.objectContaining(badOptions));
    const nonsense = { certfile: file('nonsense.pem', 'nonsense') };
    expect(() => sslOptionsToContext(nonsense)).toThrow(expect.objectContaining(badOptions));
  });
});

describe('sslWrapSocket', () => {
  it('encrypts both ends of a socket, no certificate checked where none is wanted (NET-13)', async () => {
    const server = createServer((socket) => {
      const encrypted = sslWrapSocket(socket, { certfile: together }, { serverSide: true });
      encrypted.pipe(encrypted);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const client = sslWrapSocket(socket, { certReqs: 'none' }, { serverHostname: 'example.com' });
    client.write('hello');
    const echo = await new Promise<Buffer>((resolve) => client.once('data', resolve));
    expect(echo.toString()).toBe('hello');
    client.destroy();
    server.close();
  });
});
