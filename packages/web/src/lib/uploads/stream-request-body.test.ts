import { Future } from '@typhoon/concurrent';
import { sleep } from '@typhoon/gen';
import { ExpectLog } from '@typhoon/log/testing';
import { describe, expect, it } from 'vitest';
import '../../../test/quiet.ts';
import { Application } from '../application/application.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { HTTPError } from '../errors/http-error.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import { streamRequestBody } from './stream-request-body.ts';
import type { HandlerClass } from '../handler/request-run.ts';

/** An application of one handler for every path. */
function appOf(handler: HandlerClass): Application {
  return new Application([['/.*', handler]]);
}

function expectUncaught<T>(run: () => Promise<T>): Promise<T> {
  return new ExpectLog('typhoon.application', 'Uncaught exception').run(run);
}

describe('a streamed body', () => {
  function streaming(calls: string[]): typeof RequestHandler {
    @streamRequestBody
    class Upload extends RequestHandler {
      override async prepare(): Promise<void> {
        calls.push('prepare');
        await sleep(1);
        calls.push('prepared');
      }
      override dataReceived(chunk: Buffer): unknown {
        calls.push(chunk.toString());
        return undefined;
      }
      override post(): void {
        calls.push(`post ${this.request.body.length}`);
        this.write('ok');
      }
      override onConnectionClose(): void {
        calls.push('gone');
      }
    }
    return Upload;
  }

  it('comes in pieces between prepare and the verb (WEB-12)', async () => {
    const calls: string[] = [];
    const { body } = await fetchApp(appOf(streaming(calls)), '/', { body: ['a', 'b'] });
    expect(calls).toEqual(['prepare', 'prepared', 'a', 'b', 'post 0']);
    expect(body.toString()).toBe('ok');
  });

  it('waits for what dataReceived returns (WEB-16)', async () => {
    const calls: string[] = [];
    class Slow extends streaming(calls) {
      override async dataReceived(chunk: Buffer): Promise<void> {
        calls.push(`begin ${chunk.toString()}`);
        await sleep(1);
        calls.push(`end ${chunk.toString()}`);
      }
    }
    await fetchApp(appOf(Slow), '/', { body: ['a', 'b'] });
    expect(calls.slice(2)).toEqual(['begin a', 'end a', 'begin b', 'end b', 'post 0']);
  });

  it('may be limited in prepare (WEB-12)', async () => {
    class Limited extends streaming([]) {
      override prepare(): unknown {
        this.request.connection.setMaxBodySize(3);
        return super.prepare();
      }
    }
    expect((await fetchApp(appOf(Limited), '/', { body: 'abc' })).status).toBe(200);
  });

  it('is dropped when prepare has answered, or failed (WEB-13)', async () => {
    const calls: string[] = [];
    class Refusing extends streaming(calls) {
      override async prepare(): Promise<void> {
        await sleep(1);
        throw new HTTPError(401);
      }
    }
    const { status } = await fetchApp(appOf(Refusing), '/', { body: ['a', 'b'] });
    expect([status, calls]).toEqual([401, []]);
  });

  it.each([true, false])(
    'that dataReceived fails on is answered 500; async: %s',
    async (isAsync) => {
      class Failing extends streaming([]) {
        override dataReceived(): unknown {
          if (isAsync) return Promise.reject(new Error('disk full'));
          throw new Error('disk full');
        }
      }
      await expectUncaught(async () => {
        const { status } = await fetchApp(appOf(Failing), '/', { body: ['a', 'b'] });
        expect(status).toBe(500);
      });
    },
  );

  it('needs a dataReceived (WEB-15)', async () => {
    @streamRequestBody
    class Empty extends RequestHandler {}
    const expected = new ExpectLog('typhoon.application', 'Uncaught exception POST');
    await expected.run(async () => {
      expect((await fetchApp(appOf(Empty), '/', { body: 'a' })).status).toBe(500);
    });
  });

  it('is what subclasses get, too, and handlers alone can have (WEB-15)', () => {
    class Sub extends streaming([]) {}
    expect(Sub.streamsRequestBody).toBe(true);
    expect(RequestHandler.streamsRequestBody).toBe(false);
    for (const wrong of [Date, () => undefined, null, 5]) {
      expect(() => streamRequestBody(wrong as never)).toThrow(
        'expected subclass of RequestHandler',
      );
    }
  });

  it('of a client that goes ends silently (WEB-14, 18)', async () => {
    const calls: string[] = [];
    const never = new Future<void>();
    class Slow extends streaming(calls) {
      override async dataReceived(): Promise<void> {
        await never;
      }
    }
    const controller = new AbortController();
    const response = fetchApp(appOf(Slow), '/', { body: ['a', 'b'], signal: controller.signal });
    await sleep(5);
    controller.abort();
    await expect(response).rejects.toThrow('closed');
    expect(calls).toEqual(['prepare', 'prepared', 'gone']);
  });
});
