import { describe, expect, it } from 'vitest';
import { Finish, HTTPError, MissingArgumentError } from './http-error.ts';

describe('HTTPError', () => {
  it.each([
    { error: new HTTPError(), text: 'HTTP 500: Internal Server Error' },
    { error: new HTTPError(404), text: 'HTTP 404: Not Found' },
    { error: new HTTPError(410, 'moved'), text: 'HTTP 410: Gone (moved)' },
    { error: new HTTPError(400, 'no %s, %d', ['a', 3]), text: 'HTTP 400: Bad Request (no a, 3)' },
    { error: new HTTPError(400, '100%'), text: 'HTTP 400: Bad Request (100%)' },
    { error: new HTTPError(400, '%s'), text: 'HTTP 400: Bad Request (%s)' },
    { error: new HTTPError(599), text: 'HTTP 599: Unknown' },
    { error: new HTTPError(403, null, [], { reason: 'Go Away' }), text: 'HTTP 403: Go Away' },
  ])('is "$text" in words (WEB-63)', ({ error, text }) => {
    expect(error.message).toBe(text);
  });

  it('has the log message apart from the status (WEB-60)', () => {
    expect(new HTTPError(400, '%s %r', ['a', 'b']).getMessage()).toBe('a "b"');
    expect(new HTTPError(400).getMessage()).toBe('');
  });

  it('keeps its cause (PYS-25)', () => {
    const cause = new Error('why');
    expect(new HTTPError(500, null, [], { cause }).cause).toBe(cause);
  });
});

describe('MissingArgumentError', () => {
  it('is a 400 that names the argument (WEB-25)', () => {
    const error = new MissingArgumentError('q');
    expect(error).toMatchObject({ statusCode: 400, argName: 'q' });
    expect(error.getMessage()).toBe('Missing argument q');
  });
});

describe('Finish', () => {
  it('may carry the last piece (WEB-62)', () => {
    expect(new Finish('bye').chunk).toBe('bye');
    expect(new Finish().chunk).toBeUndefined();
  });
});
