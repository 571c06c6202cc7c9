import { inspect } from 'node:util';
import { HTTPHeaders } from '@typhoon/http1';
import { describe, expect, it } from 'vitest';
import { HTTPRequest } from './http-request.ts';
import { HTTPClientError, HTTPResponse, HTTPTimeoutError } from './http-response.ts';

const request = new HTTPRequest('http://a.test/x');

describe('HTTPResponse', () => {
  it('has an empty body when there was none, and knows its request and URL (HCL-10)', () => {
    const response = new HTTPResponse(request, 200, { effectiveUrl: 'http://b.test/' });
    expect(response.body).toEqual(Buffer.alloc(0));
    expect(response.request).toBe(request);
    expect(response.effectiveUrl).toBe('http://b.test/');
    expect(new HTTPResponse(request, 200).effectiveUrl).toBe('http://a.test/x');
  });

  it('has an error exactly when the status is not 200 to 299', () => {
    for (const code of [200, 204, 299]) {
      expect(new HTTPResponse(request, code).error).toBeNull();
    }
    for (const code of [100, 199, 300, 304, 404, 599]) {
      expect(new HTTPResponse(request, code).error).toMatchObject({ status: code });
    }
  });

  it('rethrows its error, the same each time', () => {
    const response = new HTTPResponse(request, 404);
    expect(response.error).toBe(response.error);
    expect(() => {
      response.rethrow();
    }).toThrow(HTTPClientError);
    expect(() => {
      new HTTPResponse(request, 200).rethrow();
    }).not.toThrow();
  });

  it('says status and reason in its error, Unknown for a reason that nobody knows (HCL-12)', () => {
    expect(new HTTPResponse(request, 404).error?.message).toBe('HTTP 404: Not Found');
    expect(new HTTPResponse(request, 404, { reason: 'Gone fishing' }).error?.message).toBe(
      'HTTP 404: Gone fishing',
    );
    expect(new HTTPResponse(request, 799).error?.message).toBe('HTTP 799: Unknown');
  });

  it('prints in one line, as does its error, though each holds the other (HCL-16)', () => {
    const headers = new HTTPHeaders({ 'X-Secret': 'abc' });
    const response = new HTTPResponse(request, 404, { headers, body: Buffer.from('secret') });
    expect(String(response)).toBe('HTTPResponse(404 Not Found, http://a.test/x, 6 bytes)');
    expect(String(response.error)).toBe('HTTPClientError: HTTP 404: Not Found');
    expect(() => JSON.stringify([response, response.error])).not.toThrow();
    expect(inspect(response.error)).not.toContain('secret');
  });
});

describe('HTTPClientError', () => {
  it('stands for status 599 where there was no answer (HCL-6)', () => {
    const error = new HTTPTimeoutError('Timeout during request', { cause: 'why' });
    expect(error).toMatchObject({ status: 599, code: 'ERR_TIMEOUT', response: null, cause: 'why' });
    expect(error).toBeInstanceOf(HTTPClientError);
    expect(error.message).toBe('HTTP 599: Timeout during request');
  });
});
