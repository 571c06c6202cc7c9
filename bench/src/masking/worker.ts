// One way doing one case in a process of its own: `worker.js SYSTEM CASE MILLISECONDS`, one line of JSON out. What it makes is
// compared with what it should be first.
import { cpuEach } from '../measured.ts';
import { MASKERS, TEXTS, VALIDATORS } from './cases.ts';

const [name = '', caseName = '', milliseconds = ''] = process.argv.slice(2);
const [kind = '', ...words] = caseName.split('-');
const size = Number(words.at(-1));
/** Where payloads begin in frames that a server gets one behind the other. */
const OFFSETS = [6, 13, 8, 7];
const BYTES_A_BATCH = 1 << 20;

const run = kind === 'mask' ? masking() : checking();
const batch = Math.max(16, Math.ceil(BYTES_A_BATCH / size / 16)) & ~3;
const value = await cpuEach(run, batch, Number(milliseconds));
console.log(JSON.stringify({ value }));

function masking(): (count: number) => Promise<void> {
  const mask = MASKERS.get(name);
  if (mask === undefined) throw new Error(`there is no way '${name}'`);
  const key = Buffer.of(0x11, 0xa2, 0x33, 0xc4);
  const slab = Buffer.alloc(size + 64, 'abcdefg');
  const sources = OFFSETS.map((offset) => slab.subarray(offset, offset + size));
  const target = Buffer.alloc(size + 64);
  for (const [n, source] of sources.entries()) {
    mask(source, target, n, size, key);
    const isRight = source.every((byte, at) => target[n + at] === (byte ^ (key[at & 3] ?? 0)));
    if (!isRight) throw new Error(`${name} masks wrongly`);
  }
  return (count) => {
    for (let n = 0; n < count; n += 4) {
      for (let at = 0; at < 4; at++) mask(sources[at] ?? slab, target, at, size, key);
    }
    return Promise.resolve();
  };
}

function checking(): (count: number) => Promise<void> {
  const isText = VALIDATORS.get(name);
  const text = TEXTS.get(words[0] ?? '');
  if (isText === undefined || text === undefined) throw new Error(`there is no '${caseName}'`);
  const bytes = Buffer.alloc(size, text);
  const [good, bad] = [repaired(bytes), Buffer.from([0x61, 0xff, ...bytes.subarray(2)])];
  if (!isText(good) || isText(bad)) throw new Error(`${name} checks wrongly`);
  return (count) => {
    let valid = 0;
    for (let n = 0; n < count; n++) if (isText(good)) valid++;
    if (valid !== count) throw new Error(`${name} checks wrongly`);
    return Promise.resolve();
  };
}

/** Without the character that the size has cut. */
function repaired(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && Buffer.from(bytes.toString('utf8', 0, end)).compare(bytes, 0, end) !== 0) end--;
  return Buffer.concat([bytes.subarray(0, end), Buffer.alloc(bytes.length - end, ' ')]);
}
