// What `bench http` asks of its servers. Owns: the requests. Must not know: who answers them, how it is measured.

/** One kind of request. */
export interface HttpCase {
  readonly title: string;
  readonly path: string;
  /** For wrk; empty: a GET with nothing but Host. */
  readonly script: string;
}

/** 1 KiB to the byte. */
const DOCUMENT = ((): string => {
  const items = Array.from({ length: 12 }, (_, id) => ({
    id,
    name: `item number ${id}`,
    price: 9.5 + id,
    tags: ['new', 'red'],
  }));
  const text = JSON.stringify({ user: 'someone', active: true, items, note: '' });
  return text.replace('"note":""', `"note":"${'n'.repeat(1024 - text.length)}"`);
})();

/** Of Chromium on a page with cookies, twenty with Host. */
const BROWSER: readonly (readonly [name: string, value: string])[] = [
  ['Connection', 'keep-alive'],
  ['Cache-Control', 'max-age=0'],
  ['sec-ch-ua', '"Chromium";v="148", "Not/A)Brand";v="24"'],
  ['sec-ch-ua-mobile', '?0'],
  ['sec-ch-ua-platform', '"Linux"'],
  ['DNT', '1'],
  ['Upgrade-Insecure-Requests', '1'],
  [
    'User-Agent',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36',
  ],
  [
    'Accept',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8',
  ],
  ['Sec-GPC', '1'],
  ['Sec-Fetch-Site', 'same-origin'],
  ['Sec-Fetch-Mode', 'navigate'],
  ['Sec-Fetch-User', '?1'],
  ['Sec-Fetch-Dest', 'document'],
  ['Referer', 'http://127.0.0.1/articles/2026/11/a-page-with-a-name'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Accept-Language', 'en-GB,en;q=0.9,de;q=0.8'],
  [
    'Cookie',
    '_ga=GA1.1.1803543210.1764500000; session=2|1:0|10:1764500000|7:session|24:c29tZW9uZQ',
  ],
  ['Priority', 'u=0, i'],
];

const post = `wrk.method = 'POST'
wrk.headers['Content-Type'] = 'application/json'
wrk.body = '${DOCUMENT}'`;

/** Their names are what `--case` says. */
export const HTTP_CASES: Readonly<Record<string, HttpCase>> = {
  hello: { title: '"Hello, world"', path: '/', script: '' },
  post: { title: 'POST of 1 KiB of JSON, echoed', path: '/echo', script: post },
  browser: {
    title: 'twenty fields of a browser',
    path: '/',
    script: BROWSER.map(([name, value]) => `wrk.headers['${name}'] = '${value}'`).join('\n'),
  },
  routes: { title: 'the last of a hundred routes', path: '/resource99/42', script: '' },
};
