import { HTTPHeaders } from '@typhoon/http1';
import { describe, expect, it } from 'vitest';
import { HTTPRequest } from './http-request.ts';

describe('HTTPRequest', () => {
  it('encodes the body as UTF-8, whose length counts (HCL-9)', () => {
    expect(new HTTPRequest('http://a/', { body: 'ä' }).body).toEqual(Buffer.from([0xc3, 0xa4]));
    const bytes = Uint8Array.of(1, 2);
    expect(new HTTPRequest('http://a/', { body: bytes }).body).toEqual(Buffer.from([1, 2]));
    expect(new HTTPRequest('http://a/').body).toBeNull();
  });

  it('converts plain records, and leaves the header object it was given alone (HCL-4)', () => {
    const given = new HTTPHeaders({ 'X-One': '1' });
    const request = new HTTPRequest('http://a/', { headers: given });
    request.headers.set('X-Two', '2');
    expect(given.has('X-Two')).toBe(false);
    const record = new HTTPRequest('http://a/', { headers: { 'x-three': '3' } });
    expect(record.headers.get('X-Three')).toBe('3');
  });

  it('is a GET unless it says otherwise', () => {
    expect(new HTTPRequest('http://a/').method).toBe('GET');
    expect(new HTTPRequest('http://a/', { method: 'POST' }).method).toBe('POST');
  });
});
