// What the examples take from the command line: `node dist/NAME.js [PORT] [FEED-URL]`.

import { fileURLToPath } from 'node:url';

/** Port to listen on; 0 picks a free one. */
export const port = Number(process.argv[2] ?? 8888);

/** A JSON document `{ "title": …, "entries": [ … ] }` somewhere on the web. */
export const feedUrl: string = process.argv[3] ?? 'http://127.0.0.1:8000/feed.json';

/** The templates' folder, beside src/ and dist/. */
export const templatePath: string = fileURLToPath(new URL('../templates', import.meta.url));

/** The folder of scripts and styles. */
export const staticPath: string = fileURLToPath(new URL('../static', import.meta.url));
