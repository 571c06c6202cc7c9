// Clients of every kind of manners: `clients.js PORT SEED`. Each message is how many connections to make; the answer is the
// tally of them, once the last has ended.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Tally } from './messages.ts';

const [, , port = 0, seed = 1] = process.argv.map(Number);
const AT_ONCE = 100;
const HELLO = 'GET / HTTP/1.1\r\nHost: chaos\r\n\r\n';
const LARGE = 'GET /large HTTP/1.1\r\nHost: chaos\r\n\r\n';
const LATER = 'GET /later HTTP/1.1\r\nHost: chaos\r\n\r\n';

let state = seed >>> 0;
/** A whole number from 0 up to `limit`, exclusive; the same sequence for the same seed. */
function random(limit: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

/** Reads on until `text` has come so often, or the end. */
async function readUntil(socket: Socket, text: string, times: number): Promise<boolean> {
  let all = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    all += (chunk as Buffer).toString('latin1');
    if (all.split(text).length - 1 >= times) return true;
  }
  return false;
}

/** Resolves at the end of the connection, whoever makes it. */
async function closed(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
}

/** What a client does with a fresh connection; false is a right answer that did not come. */
type Manners = (socket: Socket) => Promise<boolean>;

const wellBehaved: Record<string, Manners> = {
  once: async (socket) => {
    socket.write(HELLO);
    return readUntil(socket, 'Hello, world', 1);
  },
  keepAlive: async (socket) => {
    for (let n = 0; n < 3; n++) {
      socket.write(HELLO);
      if (!(await readUntil(socket, 'Hello, world', 1))) return false;
    }
    return true;
  },
  pipelined: async (socket) => {
    socket.write(HELLO.repeat(5));
    return readUntil(socket, 'Hello, world', 5);
  },
  inPieces: async (socket) => {
    const cut = 1 + random(HELLO.length - 1);
    socket.write(HELLO.slice(0, cut));
    await delay(1);
    socket.write(HELLO.slice(cut));
    return readUntil(socket, 'Hello, world', 1);
  },
  upload: async (socket) => {
    const body = 'x'.repeat(random(100_000) + 1);
    socket.write(`POST / HTTP/1.1\r\nHost: chaos\r\nContent-Length: ${body.length}\r\n\r\n`);
    socket.write(`${body.slice(1)}!`);
    return readUntil(socket, '!', 1);
  },
};

const illBehaved: Record<string, Manners> = {
  silentReset: async (socket) => Promise.resolve(reset(socket)),
  headReset: async (socket) => {
    socket.write(HELLO.slice(0, random(HELLO.length)));
    await delay(random(3));
    return reset(socket);
  },
  resetWhileAnswered: async (socket) => {
    socket.write(LATER);
    await delay(random(30));
    return reset(socket);
  },
  resetWhileRead: async (socket) => {
    socket.write(LARGE);
    await once(socket, 'data');
    return reset(socket);
  },
  stalled: async (socket) => {
    socket.write(LARGE);
    await once(socket, 'data');
    socket.pause();
    await delay(random(200));
    socket.destroy();
    return true;
  },
  halfClosed: async (socket) => {
    socket.end(LATER);
    await closed(socket);
    return true;
  },
  endWithoutWord: async (socket) => {
    socket.end();
    await closed(socket);
    return true;
  },
  garbage: async (socket) => {
    socket.write(Buffer.from(Array.from({ length: 200 }, () => random(256))));
    await closed(socket);
    return true;
  },
  abandoned: async (socket) => {
    socket.write(HELLO.slice(0, 20));
    await closed(socket);
    return true;
  },
};

function reset(socket: Socket): true {
  socket.resetAndDestroy();
  return true;
}

/** Who waits long, or moves megabytes, comes ten times less often than the others. */
const RARE = ['abandoned', 'resetWhileRead', 'stalled'];

function choose(): [name: string, manners: Manners] {
  const all = Object.entries(random(2) === 0 ? wellBehaved : illBehaved);
  const chosen = all[random(all.length)];
  if (chosen === undefined || (RARE.includes(chosen[0]) && random(10) > 0)) return choose();
  return chosen;
}

async function one(tally: Record<string, number>): Promise<void> {
  const [name, manners] = choose();
  const socket = connect(port, '127.0.0.1');
  const errors: Error[] = [];
  socket.on('error', (error) => errors.push(error));
  let isRight = false;
  try {
    await once(socket, 'connect');
    isRight = await manners(socket);
  } catch {
    // Its connection broke. Who is ill-behaved has it coming.
  }
  socket.destroy();
  const isWrong = name in wellBehaved && !isRight;
  if (isWrong) console.error(`${name}: ${errors.map(String).join() || 'no right answer'}`);
  tally[name] = (tally[name] ?? 0) + 1;
  if (isWrong) tally['wrong'] = (tally['wrong'] ?? 0) + 1;
}

async function make(count: number): Promise<Tally> {
  const tally: Record<string, number> = {};
  let left = count;
  const work = async (): Promise<void> => {
    while (left-- > 0) await one(tally);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return tally;
}

process.on('message', (count) => {
  void make(Number(count)).then((tally) => process.send?.(tally));
});
process.on('disconnect', () => {
  process.exit();
});
