// `pnpm bench NAME [--json FILE] [--rounds N] [--seconds N] [--only NAME]... [--mib N] [--case NAME]`
import { parseArgs } from 'node:util';
import { clientBench } from './client-bench.ts';
import { executorBench } from './executor-bench.ts';
import { genBench } from './gen-bench.ts';
import { httpBench } from './http-bench.ts';
import { HTTP_CASES } from './http-cases.ts';
import { ioloopBench } from './ioloop-bench.ts';
import { maskingBench } from './masking-bench.ts';
import { overloadBench } from './overload-bench.ts';
import { pollerBench } from './poller-bench.ts';
import { reloadBench } from './reload-bench.ts';
import { report } from './report.ts';
import { routesBench } from './routes-bench.ts';
import { templateBench } from './template-bench.ts';
import { uploadBench } from './upload-bench.ts';
import { webBench } from './web-bench.ts';
import { websocketBench } from './websocket-bench.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '64' },
    case: { type: 'string', default: 'hello' },
    mib: { type: 'string', default: '1024' },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const [name = ''] = positionals;
if (process.platform !== 'linux') {
  console.error(`benchmarks read CPU time from /proc, which ${process.platform} does not have`);
  process.exit(2);
}
const rounds = Number(values.rounds ?? 5);
const seconds = Number(values.seconds ?? 3); // a round and server
const microSeconds = Number(values.seconds ?? 0.5); // a round, system and case
const { only } = values;

switch (name) {
  case 'client':
    await clientBench({
      rounds,
      seconds: Number(values.seconds ?? 2),
      only,
      jsonFile: values.json,
    });
    break;
  case 'executor':
    await executorBench({ rounds, only, jsonFile: values.json });
    break;
  case 'websocket':
    await websocketBench({
      rounds: Number(values.rounds ?? 1),
      seconds: Number(values.seconds ?? 1),
      only,
      jsonFile: values.json,
    });
    break;
  case 'gen':
    await genBench({ rounds, seconds: microSeconds, only, jsonFile: values.json });
    break;
  case 'http': {
    const connections = Number(values.connections);
    const asked = HTTP_CASES[values.case];
    if (asked === undefined) throw new Error(`no such case: ${values.case}`);
    const samples = await httpBench({ rounds, seconds, connections, asked, only });
    report(`http, ${asked.title}, ${connections} connections kept`, samples, values.json);
    break;
  }
  case 'ioloop':
    await ioloopBench({ rounds, seconds: microSeconds, only, jsonFile: values.json });
    break;
  case 'masking':
    await maskingBench({ rounds, seconds: microSeconds, only, jsonFile: values.json });
    break;
  case 'overload':
    await overloadBench({ rounds, seconds, only });
    break;
  case 'poller':
    await pollerBench({ rounds, seconds, only, jsonFile: values.json });
    break;
  case 'reload':
    await reloadBench(Number(values.rounds ?? 10));
    break;
  case 'routes':
    await routesBench({ rounds, seconds: microSeconds, only, jsonFile: values.json });
    break;
  case 'template':
    await templateBench({ rounds, seconds: microSeconds, only, jsonFile: values.json });
    break;
  case 'upload':
    await uploadBench(Number(values.mib));
    break;
  case 'web': {
    const connections = Number(values.connections);
    await webBench({ rounds, seconds, connections, only, jsonFile: values.json });
    break;
  }
  default:
    console.error(
      `unknown benchmark '${name}'; there are: client, executor, gen, http, ioloop, masking, overload, poller, reload, routes, template, upload, web, websocket`,
    );
    process.exit(2);
}
