// `pnpm bench NAME [--json FILE] [--rounds N] [--seconds N] [--only NAME]...`
import { parseArgs } from 'node:util';
import { httpBench } from './http-bench.ts';
import { pollerBench } from './poller-bench.ts';
import { report } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const [name = ''] = positionals;
if (name !== 'http' && name !== 'poller') {
  console.error(`unknown benchmark '${name}'; there are: http, poller`);
  process.exit(2);
}
if (process.platform !== 'linux') {
  console.error(`benchmarks read CPU time from /proc, which ${process.platform} does not have`);
  process.exit(2);
}
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const { only } = values;
if (name === 'poller') {
  await pollerBench({ rounds, seconds, only, jsonFile: values.json });
} else {
  const connections = Number(values.connections);
  const samples = await httpBench({ rounds, seconds, connections, only });
  report(`http, keep-alive, ${connections} connections`, samples, values.json);
}
