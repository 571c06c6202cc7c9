// One engine doing one case in a process of its own: `worker.js SYSTEM CASE MILLISECONDS`, one line of JSON out. The bytes are
// compared with those expected first.
import { cpuEach } from '../measured.ts';
import { CASES, expected, PAGE, TABLE, type PageName, type System } from './cases.ts';

const [name = '', caseName = '', milliseconds = ''] = process.argv.slice(2);

const { system } = (await import(`./systems/${name}.js`)) as { readonly system: System };
const found = CASES.find((one) => one.name === caseName);
if (found === undefined) throw new Error(`there is no case '${caseName}'`);
const page: PageName = found.name.endsWith('table') ? 'table' : 'page';
let compiled = 0;

check(render('check'), 'check');
const value = await cpuEach(
  found.name.startsWith('compile') ? compileMany : renderMany(),
  found.batch,
  Number(milliseconds),
);
check(render('again'), 'again');
console.log(JSON.stringify({ value: value / 1000 }));
process.exit(0);

/** Compiles under a mark and renders once. */
function render(mark: string): string | Uint8Array {
  return page === 'table'
    ? system.compile('table', mark)(TABLE)
    : system.compile('page', mark)(PAGE);
}

function compileMany(count: number): Promise<number> {
  let length = 0;
  for (let i = 0; i < count; i++) length += bytes(render(`mark-${compiled++}`)).length;
  return Promise.resolve(length);
}

function renderMany(): (count: number) => Promise<number> {
  if (page === 'table') {
    const table = system.compile('table', 'render');
    return (count) => rendered(() => table(TABLE), count);
  }
  const levels = system.compile('page', 'render');
  return (count) => rendered(() => levels(PAGE), count);
}

function rendered(once: () => string | Uint8Array, count: number): Promise<number> {
  let length = 0;
  for (let i = 0; i < count; i++) length += bytes(once()).length;
  return Promise.resolve(length);
}

/** What goes out to a browser. */
function bytes(output: string | Uint8Array): Uint8Array {
  return typeof output === 'string' ? Buffer.from(output) : output;
}

function check(output: string | Uint8Array, mark: string): void {
  const wanted = expected(page, mark);
  const got = Buffer.from(bytes(output)).toString();
  if (got !== wanted) throw new Error(`${name} renders\n${got}\nand should\n${wanted}`);
}
