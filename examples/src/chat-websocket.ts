// A chat over WebSockets: whoever comes is shown the last messages, and every message goes to all. After Tornado's demo.
import { randomUUID } from 'node:crypto';
import { xhtmlEscape } from '@typhoon/escape';
import { LocalTopic } from '@typhoon/topic';
import { Application } from '@typhoon/web';
import { WebSocketHandler } from '@typhoon/websocket';
import { port } from './arguments.ts';
import { SafeHandler } from './safe-handler.ts';

const KEPT = 200;
const chat = new LocalTopic('chat');
const last: string[] = [];

class Page extends SafeHandler {
  override get(): void {
    this.write(`<!doctype html><meta charset="utf-8"><title>Chat</title>
<ul id="inbox"></ul><form id="form"><input name="body" aria-label="Message" autocomplete="off"><button>Post</button></form>
<script src="/chat.js"></script>`);
  }
}

class Script extends SafeHandler {
  override get(): void {
    this.setHeader('Content-Type', 'text/javascript; charset=utf-8');
    this.write(`const inbox = document.getElementById('inbox')
const form = document.getElementById('form')
let socket
function connect() {
  socket = new WebSocket(location.href.replace(/^http/, 'ws') + 'chat')
  socket.onmessage = ({ data }) => {
    const { id, html } = JSON.parse(data)
    if (document.getElementById(id) === null) inbox.insertAdjacentHTML('beforeend', html)
  }
  socket.onclose = () => setTimeout(connect, 1000)
}
form.onsubmit = (event) => {
  event.preventDefault()
  socket.send(JSON.stringify({ body: form.body.value }))
  form.reset()
}
connect()
`);
  }
}

class Chat extends WebSocketHandler {
  override async open(): Promise<void> {
    chat.subscribe(this);
    for (const message of [...last]) await this.send(message);
  }

  override onMessage(message: string | Buffer): void {
    const { body } = JSON.parse(String(message)) as { readonly body?: unknown };
    if (typeof body !== 'string') {
      this.close(1008, 'a message has a body');
      return;
    }
    const id = `m${randomUUID()}`;
    const said = JSON.stringify({ id, html: `<li id="${id}">${xhtmlEscape(body)}</li>` });
    last.push(said);
    if (last.length > KEPT) last.shift();
    void chat.publish(said);
  }
}

const app = new Application([
  ['/', Page],
  ['/chat.js', Script],
  ['/chat', Chat],
]);
const server = await app.listen(port);
console.log(`listening on ${server.url}`);
