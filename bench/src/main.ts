// `pnpm bench NAME [--json FILE] [--rounds N] [--seconds N] [--only NAME]...`
import { parseArgs } from 'node:util';
import { httpBench } from './http-bench.ts';
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
if (name !== 'http') {
  console.error(`unknown benchmark '${name}'; there is: http`);
  process.exit(2);
}
if (process.platform !== 'linux') {
  console.error(`benchmarks read CPU time from /proc, which ${process.platform} does not have`);
  process.exit(2);
}
const samples = await httpBench({
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  connections: Number(values.connections),
  only: values.only,
});
report(`http, keep-alive, ${values.connections} connections`, samples, values.json);
