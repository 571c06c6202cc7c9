#!/usr/bin/env node
// typhoon-autoreload [--until-success] script args...
import { enablePrettyLogging } from '@typhoon/log';
import { wrap } from './lib/wrapper.ts';

const USAGE = `Usage: typhoon-autoreload [--until-success] path/to/script.js [args...]

Runs the script, and again whenever one of the files that it loads has changed.
`;

const untilSuccess = process.argv[2] === '--until-success';
const args = process.argv.slice(untilSuccess ? 3 : 2);
const [script] = args;
if (script === undefined || script.startsWith('-')) {
  process.stderr.write(USAGE);
  process.exit(1);
}
enablePrettyLogging();
const reporter = new URL('./preload.js', import.meta.url).href;
await wrap({ args: [...process.execArgv, '--import', reporter, ...args], script, untilSuccess });
