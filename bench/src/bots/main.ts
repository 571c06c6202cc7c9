// `node bench/dist/bots/main.js [--bots N] [--messages N]`: examples' chat-websocket and ten thousand who chat.
// Ends with `N passed, N failed`.
import { parseArgs } from 'node:util';
import { bots } from './run.ts';

const { values } = parseArgs({
  options: {
    bots: { type: 'string', default: '10000' },
    messages: { type: 'string', default: '10' },
  },
});
const holds = await bots({ bots: Number(values.bots), messages: Number(values.messages) });
process.exit(holds ? 0 : 1);
