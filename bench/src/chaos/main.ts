// `node bench/dist/chaos/main.js [--connections N] [--seconds N] [--seed N] [--poller epoll|net]`
// Ends with `N passed, N failed`.
import { parseArgs } from 'node:util';
import { chaos } from './run.ts';

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    poller: { type: 'string', default: 'epoll' },
  },
});
const holds = await chaos({
  connections: Number(values.connections),
  seconds: Number(values.seconds),
  seed: Number(values.seed),
  poller: values.poller,
});
process.exit(holds ? 0 : 1);
