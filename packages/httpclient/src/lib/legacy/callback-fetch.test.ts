import { ExceptionStackContext } from '@typhoon/ioloop/legacy';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import { makeRig } from '../../../test/rig.ts';
import { fetchWithCallback } from './callback-fetch.ts';
import { HTTPRequest } from '../http-request.ts';
import type { HTTPResponse } from '../http-response.ts';

describe('fetchWithCallback', () => {
  it('calls back with the response, once, and not before it returns (HCL-7, 19)', () => {
    const { client, accept } = makeRig();
    const responses: HTTPResponse[] = [];
    fetchWithCallback(client, 'http://a.test/', (one) => responses.push(one));
    expect(responses).toHaveLength(0);
    accept(0).answer('hello');
    expect(responses.map((one) => [one.code, one.body.toString(), one.error])).toEqual([
      [200, 'hello', null],
    ]);
  });

  it('calls back with a response whatever happens, and throws nothing (HCL-5, 6, 7)', () => {
    const { client, accept, attempt, clock, event } = makeRig();
    const responses: HTTPResponse[] = [];
    const ask = (url: string): void => {
      event(() => {
        fetchWithCallback(client, url, (one) => responses.push(one));
        expect(responses).toHaveLength(before);
      });
    };
    let before = 0;
    ask('ftp://a.test/');
    before = 1;
    ask('http://a.test/');
    accept(0).answer('gone', 'HTTP/1.1 404 Not Found');
    before = 2;
    ask('http://b.test/');
    attempt(1).refuse();
    before = 3;
    ask('http://c.test/');
    clock.advance(20_000);
    expect(responses.map(({ code }) => code)).toEqual([599, 404, 599, 599]);
    const codes = responses.map(({ error }) => (error as { code?: string } | null)?.code);
    expect(codes).toEqual(['ERR_BAD_URL', 'ERR_HTTP_STATUS', 'ERR_CONNECT', 'ERR_TIMEOUT']);
    expect(responses[2]?.request.url).toBe('http://b.test/');
  });

  it('knows useGzip as the old name of decompressResponse (HCL-13)', () => {
    const { client, accept } = makeRig();
    fetchWithCallback(client, 'http://a.test/', () => undefined, { useGzip: false });
    expect(accept(0).received).not.toContain('Accept-Encoding');
  });

  it('takes a request object', () => {
    const { client, accept } = makeRig();
    const request = new HTTPRequest('http://a.test/', { method: 'POST', body: 'x' });
    const responses: HTTPResponse[] = [];
    fetchWithCallback(client, request, (one) => responses.push(one));
    const peer = accept(0);
    expect(peer.received).toMatch(/^POST /);
    peer.answer();
    expect(responses[0]?.request).toBe(request);
  });

  it('calls back in the stack contexts that surround the call (SHC-24, STK-12)', () => {
    const { client, accept } = makeRig();
    const caught: unknown[] = [];
    new ExceptionStackContext((error) => caught.push(error) > 0).run(() => {
      fetchWithCallback(client, 'http://a.test/', () => {
        throw new Error('mine');
      });
    });
    accept(0).answer();
    expect(caught).toEqual([new Error('mine')]);
  });

  it('leaves what the callback throws to the loop’s log (SHC-24)', () => {
    const { client, accept } = makeRig();
    fetchWithCallback(client, 'http://a.test/', () => {
      throw new Error('mine');
    });
    const peer = accept(0);
    new ExpectLog('typhoon.application', /Exception in callback/).run(() => {
      peer.answer();
    });
    expect(peer.state).toBe('open');
  });
});
