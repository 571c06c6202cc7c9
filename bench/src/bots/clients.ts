// A crowd of bots in one process: `clients.js URL`, then an Order a message. The client is `ws`, not ours.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Answered, Asked, Heard, Order } from './messages.ts';

const [, , url = ''] = process.argv;
const AT_ONCE = 50;

/** One that is in the chat. */
class Bot {
  readonly heard = new Map<string, number>();
  readonly socket = new WebSocket(url, { perMessageDeflate: false });
  hasLeft = false;
  #enough = Infinity;
  #tell: () => void = () => undefined;

  constructor(onLost: () => void) {
    this.socket.on('message', (data: Buffer) => {
      const { html } = JSON.parse(data.toString()) as { readonly html: string };
      const text = html.slice(html.indexOf('>') + 1, html.lastIndexOf('<'));
      this.heard.set(text, (this.heard.get(text) ?? 0) + 1);
      if (this.heard.size >= this.#enough) this.#tell();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      if (!this.hasLeft) onLost();
    });
  }

  async come(): Promise<this> {
    await once(this.socket, 'open');
    return this;
  }

  async leave(): Promise<void> {
    this.hasLeft = true;
    this.socket.close();
    if (this.socket.readyState !== WebSocket.CLOSED) await once(this.socket, 'close');
  }

  /** Resolves when it has heard so many different messages. */
  hear(messages: number): Promise<void> {
    if (this.heard.size >= messages) return Promise.resolve();
    return new Promise((resolve) => {
      this.#enough = messages;
      this.#tell = resolve;
    });
  }
}

let lost = 0;
let bots: Bot[] = [];
const onLost = (): void => {
  lost++;
};

/** So many more, some at a time. */
async function come(count: number): Promise<void> {
  for (let left = count; left > 0; left -= AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, left) }, () => new Bot(onLost).come());
    bots.push(...(await Promise.all(some)));
  }
}

async function hear(messages: number, limitMs: number): Promise<Heard> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([Promise.all(bots.map((bot) => bot.hear(messages))), limit]);
  clearTimeout(timer);
  let [missing, twice] = [0, 0];
  for (const { heard } of bots) {
    missing += messages - heard.size;
    for (const times of heard.values()) twice += times - 1;
  }
  return { bots: bots.length, missing, twice, lost };
}

async function obey(order: Order): Promise<Heard> {
  switch (order.kind) {
    case 'come':
      await come(order.count);
      break;
    case 'comeAgain': {
      const leaving = bots.slice(0, order.count);
      bots = bots.slice(order.count);
      await Promise.all(leaving.map((bot) => bot.leave()));
      await come(order.count);
      break;
    }
    case 'say':
      for (const [at, body] of order.texts.entries()) {
        bots[(at * 97) % bots.length]?.socket.send(JSON.stringify({ body }));
      }
      break;
    case 'hear':
      return hear(order.messages, order.limitMs);
    case 'leave':
      await Promise.all(bots.map((bot) => bot.leave()));
      bots = [];
      break;
  }
  return { bots: bots.length, missing: 0, twice: 0, lost };
}

process.on('message', (asked) => {
  const { id, order } = asked as Asked;
  void obey(order).then((heard) => process.send?.({ id, heard } satisfies Answered));
});
process.on('disconnect', () => {
  process.exit();
});
