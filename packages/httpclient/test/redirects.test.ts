import { describe, expect, it } from 'vitest';
import { failureOf, makeRig } from './rig.ts';

function found(location: string, body = '', status = 302): string {
  return `HTTP/1.1 ${status} Found\r\nLocation: ${location}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** What was asked of a peer, request by request. */
function requests(received: string): string[] {
  return received.split('\r\n\r\n').filter((one) => one !== '');
}

describe('redirects', () => {
  it('are followed, on the same connection, and the body is not seen (SHC-13, 15)', () => {
    const { client, accept, attempts } = makeRig();
    const fetch = client.fetch('http://a.test/dir/x');
    const peer = accept(0);
    peer.send(found('y?z=1', 'moved'));
    expect(requests(peer.received)[1]).toMatch(/^GET \/dir\/y\?z=1 HTTP\/1\.1\r\nHost: a\.test/);
    peer.answer('there');
    const response = fetch.result();
    expect(response.body.toString()).toBe('there');
    expect(response.effectiveUrl).toBe('http://a.test/dir/y?z=1');
    expect(response.request.url).toBe('http://a.test/dir/x');
    expect(attempts).toHaveLength(1);
  });

  it('lead to other hosts, without what only the first may know (SHC-15, 16, SEC-29)', () => {
    const { client, accept } = makeRig();
    const headers = { Cookie: 'secret', 'X-Kept': '1', Host: 'front.test' };
    const fetch = client.fetch('http://me:pw@a.test/', { headers });
    const first = accept(0);
    expect(first.received).toContain('Authorization: Basic');
    first.send(found('http://b.test:81/y'));
    const second = accept(1);
    expect(second.received).toContain('Host: b.test:81\r\nX-Kept: 1\r\n');
    expect(second.received).not.toMatch(/Authorization|Cookie/);
    second.answer();
    expect(fetch.result().request.headers.get('Cookie')).toBe('secret');
  });

  it('make a GET of a POST, or repeat it, as the status says (SHC-14)', () => {
    for (const [status, line] of [
      [302, 'GET / HTTP/1.1'],
      [307, 'POST / HTTP/1.1'],
    ] as const) {
      const { client, accept } = makeRig();
      void client.fetch('http://a.test/x', { method: 'POST', body: 'body' });
      const peer = accept(0);
      peer.send(found('/', '', status));
      const again = peer.received.slice(peer.received.indexOf('\r\n\r\nbody') + 8);
      expect(again.startsWith(line)).toBe(true);
      expect(again.includes('Content-Length: 4')).toBe(status === 307);
      expect(again.endsWith('\r\n\r\nbody')).toBe(status === 307);
    }
  });

  it('call the producer of a body again (SHC-11)', () => {
    const { client, accept } = makeRig();
    let calls = 0;
    const fetch = client.fetch('http://a.test/', {
      method: 'PUT',
      bodyProducer: (write) => {
        calls++;
        void write('body');
      },
    });
    const peer = accept(0);
    peer.send(found('/y', '', 307));
    peer.answer('done');
    expect(fetch.result().code).toBe(200);
    expect(calls).toBe(2);
    expect(peer.received.match(/4\r\nbody\r\n0\r\n\r\n/g)).toHaveLength(2);
  });

  it('end after maxRedirects, with the last of them as an error (SHC-13)', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/', { maxRedirects: 3 });
    const peer = accept(0);
    for (let n = 0; n < 4; n++) peer.send(found('/', 'again'));
    expect(requests(peer.received)).toHaveLength(4);
    expect(failureOf(fetch)).toMatchObject({ code: 'ERR_TOO_MANY_REDIRECTS', status: 302 });
    expect(failureOf(fetch).message).toContain('3 redirects, which is maxRedirects');
    expect(failureOf(fetch).response?.body.toString()).toBe('again');
  });

  it('are answers when they are not to be followed, or lead nowhere (SHC-13)', () => {
    const { client, accept } = makeRig();
    const unfollowed = client.fetch('http://a.test/', { followRedirects: false });
    accept(0).send(found('/y', 'here'));
    expect(failureOf(unfollowed)).toMatchObject({ code: 'ERR_HTTP_STATUS', status: 302 });
    const none = client.fetch('http://b.test/', { maxRedirects: 0, raiseError: false });
    accept(1).send(found('/y'));
    expect(none.result().code).toBe(302);
    const nowhere = client.fetch('http://c.test/', { raiseError: false });
    accept(2).answer('', 'HTTP/1.1 302 Found');
    expect(nowhere.result().code).toBe(302);
  });

  it('are not told to callbacks (SHC-17)', () => {
    const { client, accept } = makeRig();
    const heard: string[] = [];
    void client.fetch('http://a.test/', {
      streamingCallback: (chunk) => {
        heard.push(chunk.toString());
      },
      headerCallback: (line) => {
        heard.push(line);
      },
    });
    const peer = accept(0);
    peer.send(found('/y', 'moved'));
    peer.answer('there');
    expect(heard).toEqual(['HTTP/1.1 200 OK\r\n', 'Content-Length: 5\r\n', '\r\n', 'there']);
  });

  it('fail when they lead to what is no http', () => {
    const { client, accept } = makeRig();
    const fetch = client.fetch('http://a.test/');
    const peer = accept(0);
    peer.send(found('file:///etc/passwd'));
    expect(failureOf(fetch).code).toBe('ERR_BAD_URL');
    expect(peer.state).toBe('aborted');
  });

  it('queue again, behind those that wait (SHC-15)', () => {
    const { client, accept } = makeRig({ maxClients: 1 });
    const fetch = client.fetch('http://a.test/x');
    const other = client.fetch('http://a.test/other');
    const peer = accept(0);
    peer.send(found('/y'));
    expect(requests(peer.received)[1]).toMatch(/^GET \/other /);
    peer.answer();
    expect(other.done()).toBe(true);
    expect(requests(peer.received)[2]).toMatch(/^GET \/y /);
    peer.answer();
    expect(fetch.result().effectiveUrl).toBe('http://a.test/y');
  });

  it('do not wait for the end of a large body', () => {
    const { client, accept } = makeRig();
    void client.fetch('http://a.test/');
    const peer = accept(0);
    peer.send('HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 1000000\r\n\r\n');
    peer.send('x'.repeat(65_536));
    expect(peer.state).toBe('open');
    peer.send('x');
    expect(peer.state).toBe('aborted');
    expect(accept(1).received).toMatch(/^GET \/y /);
  });

  it('are not followed once the fetch is cancelled', () => {
    const { client, accept, attempts } = makeRig();
    const fetch = client.fetch('http://a.test/', { headerCallback: () => undefined });
    const peer = accept(0);
    peer.event(() => {
      peer.send(found('http://b.test/'));
      fetch.cancel();
    });
    expect(attempts).toHaveLength(1);
    expect(fetch.cancelled()).toBe(true);
  });
});
