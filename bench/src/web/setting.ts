// What the servers of `pnpm bench web` have in common. Must not know: any of them. bench/python/tornado_web.py says the same.
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The templates: `.html` is ours and Tornado's, `.eta` Eta's. */
export const VIEWS: string = fileURLToPath(new URL('../../templates', import.meta.url));

/** Signs the cookies. */
export const SECRET = 'a secret that is long enough to sign cookies with';

/** How many routes there are before those that have a path of their own. */
export const ROUTES = 100;

/** What goes out as JSON. */
export const RECORD = {
  id: 4711,
  name: 'Bread & butter',
  price: 3.5,
  tags: ['food', 'fresh'],
  isNew: true,
  maker: { name: 'Rye & Sons', city: 'Oslo' },
};

/** A folder with `1k.txt` and `1m.txt`, of 1 KiB and 1 MiB. */
export function staticFolder(): string {
  const folder = join(tmpdir(), 'typhoon-bench-static');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '1k.txt'), Buffer.alloc(1024, 'typhoon '));
  writeFileSync(join(folder, '1m.txt'), Buffer.alloc(1 << 20, 'typhoon '));
  return folder;
}
