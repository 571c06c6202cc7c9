// The chat of `examples` among ten thousand bots, twice. Each gets each message exactly once, those who leave in the middle and come
// again included, and the second crowd finds the memory that the first has left.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ServerProcess } from '../server-process.ts';
import type { Answered, Asked, Heard, Order } from './messages.ts';

const CLIENT_PROCESSES = 3;
/** So many of them leave in the middle and come again. */
const COMING_AGAIN = 0.1;
const LIMIT_MS = 30_000;
/** What the second crowd may leave behind over what the first did. */
const GROWTH = 1.1;
/** The chat knows nothing of being measured. */
const COLLECTOR = `data:text/javascript,process.on('SIGUSR2',()=>{for(let n=0;n<3;n++)gc()})`;

let lastId = 0;

/** How much. */
export interface BotsOptions {
  readonly bots: number;
  /** Messages of each half of a crowd's time; the chat keeps 200. */
  readonly messages: number;
}

/** Runs it, prints what happened, and answers whether all held. */
export async function bots(options: BotsOptions): Promise<boolean> {
  const children: ChildProcess[] = [];
  const chat = fileURLToPath(new URL('../../../examples/dist/chat-websocket.js', import.meta.url));
  const flags = ['--expose-gc', '--import', COLLECTOR];
  const server = await ServerProcess.start([process.execPath, ...flags, chat, '0']);
  let checks: Readonly<Record<string, boolean>>;
  try {
    const url = `ws://127.0.0.1:${server.port}/chat`;
    const script = fileURLToPath(new URL('./clients.js', import.meta.url));
    for (let n = 0; n < CLIENT_PROCESSES; n++) children.push(fork(script, [url]));
    checks = await run(options, server, children);
  } catch (error) {
    checks = { [`nobody crashes: ${String(error)}`]: false };
  } finally {
    for (const child of children) child.kill();
    await server.stop();
  }
  const failed = Object.values(checks).filter((holds) => !holds);
  for (const [name, holds] of Object.entries(checks))
    console.log(holds ? 'ok    ' : 'FAILED', name);
  console.log(`${Object.keys(checks).length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0;
}

async function run(
  options: BotsOptions,
  server: ServerProcess,
  clients: readonly ChildProcess[],
): Promise<Readonly<Record<string, boolean>>> {
  const before = await held(server);
  const first = await crowd(options, 'first', 0, server, clients);
  const between = await held(server);
  const second = await crowd(options, 'second', 2 * options.messages, server, clients);
  const after = await held(server);
  console.log(`memory: ${inMiB(before)} before, ${inMiB(between)} between, ${inMiB(after)} after`);
  const all = [first, second];
  return {
    'every bot is there': all.every(({ bots }) => bots === options.bots),
    'no bot loses its connection': all.every(({ lost }) => lost === 0),
    'every bot gets every message': all.every(({ missing }) => missing === 0),
    'no bot gets a message twice': all.every(({ twice }) => twice === 0),
    'a second crowd needs no more memory': after <= GROWTH * between,
  };
}

/** They come, chat, some leave and come again, they chat on, and all leave. `said` have been said before. */
async function crowd(
  { bots, messages }: BotsOptions,
  name: string,
  said: number,
  server: ServerProcess,
  clients: readonly ChildProcess[],
): Promise<Heard> {
  const share = (n: number): number =>
    Math.floor(bots / clients.length) + (n === 0 ? bots % clients.length : 0);
  const sinceMs = Date.now();
  await each(clients, (n) => ({ kind: 'come', count: share(n) }));
  const cameMs = Date.now();
  await say(clients, `${name}, one`, messages);
  await each(clients, () => ({ kind: 'hear', messages: said + messages, limitMs: LIMIT_MS }));
  const heardMs = Date.now();
  const crowded = server.usage().rssBytes;
  await Promise.all([
    each(clients, (n) => ({ kind: 'comeAgain', count: Math.floor(share(n) * COMING_AGAIN) })),
    say(clients, `${name}, two`, messages),
  ]);
  const heard = await each(clients, () => ({
    kind: 'hear',
    messages: said + 2 * messages,
    limitMs: LIMIT_MS,
  }));
  await each(clients, () => ({ kind: 'leave' }));
  const seconds = (from: number, to: number): string => ((to - from) / 1000).toFixed(1);
  console.log(
    `the ${name} ${heard.bots} bots: came in ${seconds(sinceMs, cameMs)} s, ${messages} messages to all in ` +
      `${seconds(cameMs, heardMs)} s, ${inMiB(crowded)}, left after ${seconds(sinceMs, Date.now())} s`,
  );
  return heard;
}

async function say(
  clients: readonly ChildProcess[],
  what: string,
  messages: number,
): Promise<void> {
  await each(clients, (n) => ({
    kind: 'say',
    texts: Array.from({ length: messages }, (_, at) => `${what}: ${at}`).filter(
      (_, at) => at % clients.length === n,
    ),
  }));
}

/** Tells each process its order; what they answer, in all. */
async function each(
  clients: readonly ChildProcess[],
  orderOf: (n: number) => Order,
): Promise<Heard> {
  const answers = await Promise.all(
    clients.map(async (client, n) => {
      const id = ++lastId;
      client.send({ id, order: orderOf(n) } satisfies Asked);
      return new Promise<Heard>((resolve, reject) => {
        const onAnswer = (answer: unknown): void => {
          const { id: of, heard } = answer as Answered;
          if (of !== id) return;
          client.off('message', onAnswer);
          client.off('exit', onExit);
          resolve(heard);
        };
        const onExit = (): void => {
          reject(new Error('a process of bots has ended'));
        };
        client.on('message', onAnswer);
        client.once('exit', onExit);
      });
    }),
  );
  const sum = (field: keyof Heard): number =>
    answers.reduce((all, answer) => all + answer[field], 0);
  return { bots: sum('bots'), missing: sum('missing'), twice: sum('twice'), lost: sum('lost') };
}

/** Bytes that the server holds when nothing is left to collect. */
async function held(server: ServerProcess): Promise<number> {
  await server.collectGarbage();
  return server.usage().rssBytes;
}

function inMiB(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
