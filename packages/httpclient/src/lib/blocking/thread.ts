// The thread of a blocking client: an AsyncHTTPClient that does what it is told. Runs by itself, as a worker's program.
import { workerData } from 'node:worker_threads';
import { AsyncHTTPClient } from '../async-http-client.ts';
import { HTTPClientError } from '../http-response.ts';
import type { FetchOptions } from '../async-http-client.ts';
import type { HTTPResponse } from '../http-response.ts';
import type { Order, PackedFailure, PackedResponse, Report, ThreadData } from './messages.ts';

const { port, count, options } = workerData as ThreadData;
const client = new AsyncHTTPClient(options);

port.on('message', (order: Order) => {
  void answer(order);
});
process.on('uncaughtException', (error) => {
  say({ kind: 'failed', failure: pack(error) });
});

async function answer({ url, options: given, isStreamed, isHeadWanted }: Order): Promise<void> {
  const asked: FetchOptions = {
    ...given,
    ...(isStreamed ? { streamingCallback: sayPiece } : {}),
    ...(isHeadWanted ? { headerCallback: sayLine } : {}),
  };
  try {
    say({ kind: 'done', response: packResponse(await client.fetch(url, asked)) });
  } catch (error) {
    say({ kind: 'failed', failure: pack(error) });
  }
}

function sayPiece(bytes: Buffer): void {
  say({ kind: 'piece', bytes });
}

function sayLine(line: string): void {
  say({ kind: 'line', line });
}

function say(report: Report): void {
  port.postMessage(report);
  Atomics.add(count, 0, 1);
  Atomics.notify(count, 0);
}

function packResponse(response: HTTPResponse): PackedResponse {
  const { code, reason, body, effectiveUrl, startTime, timeInfo } = response;
  const headers = [...response.headers.getAll()];
  return { code, reason, headers, body, effectiveUrl, startTime, timeInfo };
}

function pack(error: unknown): PackedFailure {
  const isOurs = error instanceof HTTPClientError;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: isOurs ? error.code : null,
    status: isOurs ? error.status : 599,
    message: isOurs ? message.replace(/^HTTP \d+: /, '') : message,
    cause: isOurs ? describe(error.cause) : null,
    response: isOurs && error.response !== null ? packResponse(error.response) : null,
  };
}

/** Not every error can be copied. */
function describe(cause: unknown): unknown {
  return cause instanceof Error ? new Error(cause.message) : null;
}
