// The differential: whatever we accept, Node's own parser understands alike, or refuses. It is driven as its users drive it,
// a `node:http` server and client over a stream in memory, with the strictness that is Node's default.
import assert from 'node:assert/strict';
import { createServer, request as clientRequest } from 'node:http';
import { Duplex } from 'node:stream';
import { requestBytes, responseBytes } from './messages.ts';
import { readRequests, readResponses, type ReadMessage, type Reading } from './reading.ts';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { RequestHead, ResponseHead } from '../../src/index.ts';
import type { Tape } from './tape.ts';

/** Node's end of a connection: what is emitted here as data is parsed at once. */
class MemorySocket extends Duplex {
  readonly messages: IncomingMessage[] = [];
  readonly interim: NodeMessage[] = [];
  refusal: string | null = null;
  override _read(): void {
    // Bytes come by `emit('data')`.
  }
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

const server = createServer({ maxHeaderSize: 1 << 20, insecureHTTPParser: false });
server.timeout = 0;
server.keepAliveTimeout = 0;
server.maxHeadersCount = 0;
const record = (request: IncomingMessage): void => {
  (request.socket as unknown as MemorySocket).messages.push(request);
};
server.on('request', record);
server.on('connect', record);
server.on('checkContinue', record);
server.on('checkExpectation', record);
server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
  (socket as unknown as MemorySocket).refusal = error.code ?? error.message;
});

/** What Node refuses and we take, each for a reason that leaves only one way to read it; by Node's code and by how often. */
export type Refusals = Map<string, number>;

/** One message as Node has it. */
interface NodeMessage {
  readonly line: string;
  readonly fields: string;
  readonly body: string;
  readonly trailers: string;
  readonly isComplete: boolean;
}

function bodyOf(message: IncomingMessage): string {
  let body = '';
  for (let piece: unknown; (piece = message.read()) !== null;)
    body += (piece as Buffer).toString('latin1');
  return body;
}

/** Names in lower case, in the order of the first of each, with their values in order. */
function grouped(pairs: readonly string[]): string {
  const values = new Map<string, string[]>();
  for (let at = 0; at < pairs.length; at += 2) {
    const name = pairs[at]!.toLowerCase();
    const known = values.get(name);
    if (known === undefined) values.set(name, [pairs[at + 1]!]);
    else known.push(pairs[at + 1]!);
  }
  return JSON.stringify([...values]);
}

function flat(headers: Iterable<readonly [string, string]>): string[] {
  return [...headers].flat();
}

function ofNode(message: IncomingMessage, line: string): NodeMessage {
  return {
    line,
    fields: grouped(message.rawHeaders),
    body: bodyOf(message),
    trailers: grouped(message.rawTrailers),
    isComplete: message.complete,
  };
}

function ofOurs({
  head,
  body,
  trailers,
  isComplete,
}: ReadMessage<RequestHead | ResponseHead>): NodeMessage {
  const line =
    'method' in head
      ? `${head.method} ${head.target} 1.${head.minorVersion}`
      : `${head.status} ${head.reason} 1.${head.minorVersion}`;
  return {
    line,
    fields: grouped(flat(head.headers.getAll())),
    body,
    trailers: trailers === null ? '[]' : grouped(flat(trailers.getAll())),
    isComplete,
  };
}

/** Each message of ours is Node's. Where a body is not complete on both sides, one side may have taken less of it. */
function assertAlike(ours: readonly NodeMessage[], nodes: readonly NodeMessage[]): void {
  ours.forEach((our, index) => {
    const node = nodes[index];
    assert(node !== undefined, `Node has no message ${index}: ${JSON.stringify(our)}`);
    assert.equal(our.line, node.line);
    assert.equal(our.fields, node.fields);
    if (our.isComplete && node.isComplete) {
      assert.equal(our.body, node.body);
      assert.equal(our.trailers, node.trailers);
    } else {
      assert(
        our.body.startsWith(node.body) || node.body.startsWith(our.body),
        `${our.body} against ${node.body}`,
      );
    }
  });
}

/** Why we may take what Node refuses, and what must stand in the bytes then. */
const NODE_IS_STRICTER: Readonly<Record<string, RegExp>> = {
  // It has a list of methods; RFC 9110 §9.1 has none.
  HPE_INVALID_METHOD: /(?:)/,
  // HTTP/1.2 and the like count as HTTP/1.1: RFC 9110 §2.5.
  HPE_INVALID_VERSION: /HTTP\/1\.[2-9]/,
  // A length said twice alike counts once: RFC 9112 §6.3 (H1C-13). Behind it may be a tab: RFC 9112 §5.1.
  HPE_UNEXPECTED_CONTENT_LENGTH: /content-length.*content-length/is,
  HPE_INVALID_CONTENT_LENGTH: /content-length:[ \t\d]*[,\t]/i,
  // It has a grammar for targets; ours holds what is visible (HTU-32).
  HPE_INVALID_URL: /["<>\\^`{|}\x80-\xff]|\/\//,
  // It takes Proxy-Connection for Connection, which RFC 9112 §9.3 does not know; and an interim response's `close` at its word.
  HPE_CLOSED_CONNECTION: /proxy-connection: *close|^HTTP\/1.\d 1\d\d/i,
};

/** Whether Node may refuse what we take. */
function checkRefusal(refusal: string, bytes: Buffer, seen: Refusals): void {
  const reason = NODE_IS_STRICTER[refusal];
  assert(reason?.test(bytes.toString('latin1')) === true, `we take what Node refuses: ${refusal}`);
  seen.set(refusal, (seen.get(refusal) ?? 0) + 1);
}

/** Compares two readings; of what Node has refused it has understood nothing, so there is nothing to compare. */
function compare(
  bytes: Buffer,
  ours: Reading<RequestHead | ResponseHead>,
  nodes: readonly NodeMessage[],
  refusal: string | null,
  seen: Refusals,
): void {
  const messages = refusal === null ? ours.messages : ours.messages.slice(0, nodes.length);
  assertAlike(messages.map(ofOurs), nodes);
  const last = ours.messages.at(-1);
  if (ours.error !== null || last?.head.keepAlive === false) return;
  if (refusal !== null) {
    // Within a head or trailers Node may know sooner.
    if (!ours.isMidMessage) checkRefusal(refusal, bytes, seen);
    return;
  }
  assert.equal(ours.messages.length, nodes.length);
  assert.equal(last?.isComplete, nodes.at(-1)?.isComplete);
}

function failure(bytes: Buffer, refusal: string | null, cause: unknown): Error {
  const text = JSON.stringify(bytes.toString('latin1'));
  return new Error(`${text}\nNode: ${refusal ?? 'takes it'}\n${String(cause)}`, { cause });
}

function wantsUpgrade({ headers }: RequestHead): boolean {
  return headers.has('Upgrade') && /upgrade/i.test(headers.get('Connection', ''));
}

/** Reads one tape's requests on both sides. `release` is to be awaited now and then: sockets end in later turns. */
export function requestsMeanTheSame(tape: Tape, seen: Refusals): void {
  const bytes = requestBytes(tape);
  const socket = new MemorySocket();
  server.emit('connection', socket);
  socket.emit('data', Buffer.from(bytes));
  const nodes = socket.messages.map((one) =>
    ofNode(one, `${one.method ?? ''} ${one.url ?? ''} ${one.httpVersion}`),
  );
  socket.destroy();
  try {
    const ours = readRequests(bytes, null);
    // Behind an upgrade that nobody takes up, Node drops what follows; RFC 9110 §7.8 goes on in HTTP/1.1.
    const dropped = ours.messages.findIndex(({ head }) => wantsUpgrade(head));
    if (ours.messages[dropped]?.isComplete === true) {
      ours.messages.length = dropped + 1;
      ours.error = null;
      nodes.length = Math.min(nodes.length, dropped + 1);
    }
    compare(bytes, ours, nodes, socket.refusal, seen);
  } catch (error) {
    throw failure(bytes, socket.refusal, error);
  }
}

/** A request of Node's that waits for its answer. */
class Waiting {
  readonly socket = new MemorySocket();
  readonly method: string;
  readonly bytes: Buffer;
  readonly #request: ClientRequest;

  constructor(tape: Tape) {
    const { socket } = this;
    this.method = tape.pick(['GET', 'GET', 'HEAD', 'POST', 'CONNECT']);
    this.bytes = responseBytes(tape);
    this.#request = clientRequest({
      method: this.method,
      path: this.method === 'CONNECT' ? 'x:443' : '/',
      createConnection: () => socket,
      maxHeaderSize: 1 << 20,
    });
    this.#request.on('error', (error: NodeJS.ErrnoException) => {
      // The other codes say that the connection ended, which is no refusal.
      if (error.code?.startsWith('HPE_') === true) socket.refusal ??= error.code;
    });
    const record = (message: IncomingMessage): void => {
      socket.messages.push(message);
    };
    this.#request.on('response', record).on('upgrade', record).on('connect', record);
    this.#request.on('information', (info) => {
      const line = `${info.statusCode} ${info.statusMessage} ${info.httpVersion}`;
      socket.interim.push({
        line,
        fields: grouped(info.rawHeaders),
        body: '',
        trailers: '[]',
        isComplete: false,
      });
    });
    this.#request.end();
  }

  /** Node has the answer now; and it is compared. */
  answer(seen: Refusals): void {
    const { socket, bytes, method } = this;
    const ours = readResponses(bytes, method, null);
    // Node's client reads one answer; what is behind it belongs to no request.
    const index = ours.messages.findIndex(({ head }) => head.status >= 200 || head.status === 101);
    const final = ours.messages[index];
    const isEnded = final?.isComplete === true && final.end > 0;
    socket.emit('data', Buffer.from(bytes.subarray(0, isEnded ? final.end : bytes.length)));
    socket.emit('end');
    const finals = socket.messages.map((one) => {
      const line = `${String(one.statusCode)} ${one.statusMessage ?? ''} ${one.httpVersion}`;
      return {
        ...ofNode(one, line),
        isComplete: one.complete || one.statusCode === 101 || method === 'CONNECT',
      };
    });
    socket.destroy();
    // Node takes every answer to CONNECT for the beginning of a tunnel; RFC 9110 §9.3.6 only a 2xx.
    if (method === 'CONNECT' && ours.messages.some(({ head }) => !head.isSwitch)) return;
    if (isEnded) {
      ours.messages.length = index + 1;
      ours.error = null;
    }
    try {
      compare(bytes, ours, [...socket.interim, ...finals], socket.refusal, seen);
    } catch (error) {
      throw failure(bytes, socket.refusal, error);
    }
  }
}

/** Reads the responses of some tapes on both sides. */
export async function responsesMeanTheSame(tapes: readonly Tape[], seen: Refusals): Promise<void> {
  const waiting = tapes.map((tape) => new Waiting(tape));
  await release();
  for (const one of waiting) one.answer(seen);
  await release();
}

/** Lets go of the sockets of the cases before. */
export function release(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
