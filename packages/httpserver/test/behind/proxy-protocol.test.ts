// HAProxy says before the first request who the client is. nginx does so in its stream module alone, which Debian's nginx-light lacks.
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import { testCertificate } from '@typhoon/ioloop/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { onBothPollers, Rig } from '../on-both-pollers.ts';
import { answer } from '../worlds.ts';
import { changed, pageBlock, PROXY_KINDS } from './deployed-configuration.ts';
import { ForeignProxy, type Program } from './foreign-proxy.ts';
import type { HTTPServerOptions } from '../../src/lib/server-options.ts';
import type { HTTPServerRequest } from '../../src/lib/server-request.ts';

const haproxy = PROXY_KINDS.find(({ name }) => name === 'HAProxy')!;
const TRUSTING: HTTPServerOptions = { proxyProtocol: { trusted: ['127.0.0.1'] } };

let proxy: ForeignProxy | null = null;

afterEach(async () => {
  await proxy?.stop();
  proxy = null;
});

function tell({ connection, remoteIp, protocol }: HTTPServerRequest): void {
  const version = connection.context.proxyHeader?.version ?? 0;
  answer(connection, `${remoteIp} ${protocol} v${version}`);
}

async function textOf(sent: ClientRequest): Promise<string> {
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of message) text += String(chunk);
  return text;
}

describe('HAProxy sends a PROXY header', () => {
  if (haproxy.version === '') {
    it.skip('[skipped: HAProxy is not installed]', () => undefined);
    return;
  }
  onBothPollers(() => {
    const rig = new Rig();
    async function start(program: Program): Promise<number> {
      proxy = await ForeignProxy.start(program);
      return proxy.ports[0] ?? 0;
    }

    it.each([
      ['1', 'send-proxy'],
      ['2', 'send-proxy-v2'],
      ['2', 'send-proxy-v2-ssl-cn'],
    ])('of version %s, by %s, for each client its own', async (version, word) => {
      const upstream = new URL((await rig.serve(tell, TRUSTING)).url).host;
      const replace = [[upstream, `${upstream} ${word}`]] as const;
      const port = await start(haproxy.program({ upstream, replace }));
      for (const localAddress of ['127.0.0.2', '127.0.0.3', '127.0.0.2']) {
        const sent = request({ host: '127.0.0.1', port, localAddress, agent: false }).end();
        expect(await textOf(sent)).toBe(`${localAddress} http v${version}`);
      }
    });

    it('before TLS that ends at the server', async () => {
      const server = await rig.serve(tell, TRUSTING);
      const listener = await server.listen(
        { host: '127.0.0.1', port: 0 },
        { tls: testCertificate },
      );
      const port = await start({
        ...haproxy.program({ upstream: '' }),
        configuration: (_folder, [port = 0]) =>
          changed(pageBlock('haproxy', 'mode tcp'), [
            [':443', `127.0.0.1:${port}`],
            ['127.0.0.1:8443', `127.0.0.1:${listener.address.port}`],
          ]),
      });
      const tls = { ca: testCertificate.cert, servername: 'localhost', agent: false };
      const at = { host: '127.0.0.1', port, localAddress: '127.0.0.2', ...tls };
      expect(await textOf(requestTls(at).end())).toBe('127.0.0.2 https v2');
    });
  });
});
