import { LogLevel, accessLog, setLogSink, type LogRecord } from '@typhoon/log';
import { ExpectLog } from '@typhoon/log/testing';
import { sleep } from '@typhoon/gen';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, textOf, type Answer } from '../../../test/ask.ts';
import { Application } from '../application/application.ts';
import { fetchApp } from '../testing/fetch-app.ts';
import { Finish, HTTPError } from './http-error.ts';
import { RequestHandler } from '../handler/request-handler.ts';
import type { ErrorInfo } from './error-page.ts';

afterEach(() => {
  setLogSink(null);
});

/** What was logged while `run` ran: logger, level, message. */
async function logOf(run: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const keep = ({ name, levelName, message }: LogRecord): void => {
    lines.push(
      `${name.replace('typhoon.', '')} ${levelName} ${message.replace(/[\d.]+ms$/, 'N ms')}`,
    );
  };
  setLogSink({ write: keep });
  try {
    await run();
  } finally {
    setLogSink(null);
  }
  return lines;
}

const PAGE = (text: string): string => `<html><title>${text}</title><body>${text}</body></html>`;

describe('sendError', () => {
  it('answers with a small page, and nothing of what was written (WEB-57, 58)', async () => {
    const { status, headers, body } = await ask((handler) => {
      handler.setHeader('X-Other', 'x');
      handler.write('half');
      handler.sendError(404);
    });
    expect(status).toBe(404);
    expect(body.toString()).toBe(PAGE('404: Not Found'));
    expect(headers.has('X-Other')).toBe(false);
  });

  it('takes the reason from the error, or its own options, and escapes it (WEB-57, 58, SEC-25)', async () => {
    const thrown: Answer = () => {
      throw new HTTPError(404, null, [], { reason: 'A & "B"' });
    };
    expect(await textOf(thrown)).toBe(PAGE('404: A &amp; &quot;B&quot;'));
    const sent: Answer = (handler) => {
      handler.sendError(404, { reason: 'Nobody' });
    };
    expect(await textOf(sent)).toBe(PAGE('404: Nobody'));
  });

  it('is 500 unless told otherwise', async () => {
    expect(
      await textOf((handler) => {
        handler.sendError();
      }),
    ).toBe(PAGE('500: Internal Server Error'));
  });

  it('ends what has begun as well as it can, when the head is sent (WEB-57)', async () => {
    const lines = await logOf(async () => {
      const { status, body } = await ask((handler) => {
        handler.write('begun');
        void handler.flush();
        throw new Error('oops');
      });
      expect([status, body.toString()]).toEqual([200, 'begun']);
    });
    expect(lines).toContain('general ERROR Cannot send error response after headers written');
  });

  it.each([204, 304])('with %d writes no page (WEB-59)', async (status) => {
    const answer = await ask(() => {
      throw new HTTPError(status);
    });
    expect([answer.status, answer.body.length]).toEqual([status, 0]);
  });
});

describe('writeError', () => {
  class Custom extends RequestHandler {
    override get(): void {
      throw new TypeError('oops');
    }
    override post(): void {
      this.sendError(403);
    }
    override writeError(statusCode: number, info: ErrorInfo): unknown {
      this.write(`${statusCode} ${info.error instanceof Error ? info.error.name : 'nothing'}`);
      return undefined;
    }
  }

  it('hears what was thrown, if something was (WEB-66)', async () => {
    const app = new Application([['/', Custom]]);
    await new ExpectLog('typhoon.application', 'Uncaught').run(async () => {
      expect((await fetchApp(app, '/')).body.toString()).toBe('500 TypeError');
    });
    expect((await fetchApp(app, '/', { method: 'POST' })).body.toString()).toBe('403 nothing');
  });

  it.each(['at once', 'later'])(
    'that fails %s ends the answer with its status (WEB-59)',
    async (when) => {
      class Failing extends Custom {
        override writeError(): unknown {
          if (when === 'later') return Promise.reject(new Error('x'));
          throw new Error('x');
        }
      }
      const lines = await logOf(async () => {
        const { status, body } = await fetchApp(new Application([['/', Failing]]), '/', {
          method: 'POST',
        });
        expect([status, body.length]).toEqual([403, 0]);
      });
      expect(lines).toContain('application ERROR Uncaught exception in write_error');
    },
  );

  it('may take its time', async () => {
    class Slow extends Custom {
      override async writeError(statusCode: number): Promise<void> {
        await sleep(1);
        this.write(`${statusCode} at last`);
      }
    }
    const { body } = await fetchApp(new Application([['/', Slow]]), '/', { method: 'POST' });
    expect(body.toString()).toBe('403 at last');
  });

  it('shows the stack where the settings say so, with its causes (WEB-58)', async () => {
    await new ExpectLog('typhoon.application', 'Uncaught').run(async () => {
      const answer: Answer = () => {
        throw new Error('oops', { cause: new Error('why') });
      };
      const { headers, body } = await ask(answer, { settings: { serveTraceback: true } });
      expect(headers.get('Content-Type')).toBe('text/plain');
      expect(body.toString()).toMatch(/^Error: oops\n {4}at .*Caused by: Error: why/s);
    });
  });
});

describe('the logs', () => {
  it('hear of an HTTPError only if it has something to say (WEB-60)', async () => {
    const silent = await logOf(() =>
      ask(() => {
        throw new HTTPError(404);
      }),
    );
    expect(silent).toEqual([]);
    const lines = await logOf(() =>
      ask(() => {
        throw new HTTPError(404, 'no %s', ['luck']);
      }),
    );
    expect(lines).toEqual(['general WARNING 404 GET / (127.0.0.1): no luck']);
  });

  it('hear of everything else, with the request (WEB-61)', async () => {
    const lines = await logOf(() =>
      ask(
        () => {
          throw new Error('oops');
        },
        { path: '/x?y=z', remoteIp: '192.0.2.9' },
      ),
    );
    expect(lines).toEqual(['application ERROR Uncaught exception GET /x?y=z (192.0.2.9)']);
  });

  it('hear of a logException that fails, and the client gets its answer (WEB-61)', async () => {
    const lines = await logOf(async () => {
      const { status } = await ask((handler) => {
        handler.logException = () => {
          throw new Error('logger');
        };
        throw new Error('oops');
      });
      expect(status).toBe(500);
    });
    expect(lines).toEqual(['application ERROR Error in exception logger']);
  });

  it('hear nothing of Finish, and what was written stays (WEB-62)', async () => {
    const lines = await logOf(async () => {
      const answer = await ask((handler) => {
        handler.setStatus(201);
        handler.write('a');
        throw new Finish('b');
      });
      expect([answer.status, answer.body.toString()]).toEqual([201, 'ab']);
      const finished = await ask((handler) => {
        void handler.finish('done');
        throw new Finish();
      });
      expect(finished.body.toString()).toBe('done');
    });
    expect(lines).toEqual([]);
  });
});

describe('the access log', () => {
  it.each([
    [200, 'INFO'],
    [304, 'INFO'],
    [404, 'WARNING'],
    [500, 'ERROR'],
  ])('has a line for %d, at %s (WEB-64)', async (status, level) => {
    accessLog.setLevel(LogLevel.INFO);
    const lines = await logOf(() =>
      ask((handler) => {
        handler.setStatus(status);
      }),
    );
    accessLog.setLevel(LogLevel.CRITICAL);
    expect(lines).toEqual([`access ${level} ${status} GET / (127.0.0.1) N ms`]);
  });

  it('is written when finish is called (WEB-65)', async () => {
    accessLog.setLevel(LogLevel.INFO);
    const lines = await logOf(() =>
      ask(async (handler) => {
        const flushed = handler.finish();
        accessLog.info('behind finish');
        await flushed;
      }),
    );
    accessLog.setLevel(LogLevel.CRITICAL);
    expect(lines.map((line) => line.slice(0, 20))).toEqual([
      'access INFO 200 GET ',
      'access INFO behind f',
    ]);
  });

  it('gives way to the logFunction setting, and to an overridden logRequest (WEB-64, 93)', async () => {
    const seen: string[] = [];
    const settings = {
      logFunction: (handler: RequestHandler) => void seen.push(`function ${handler.getStatus()}`),
    };
    await ask(() => undefined, { settings });
    class Counting extends Application {
      override logRequest(handler: RequestHandler): void {
        seen.push(`override ${handler.getStatus()}`);
      }
    }
    await fetchApp(new Counting(), '/');
    expect(seen).toEqual(['function 200', 'override 404']);
  });
});
