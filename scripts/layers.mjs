// The layer table: which package may import which. The one place where it is written down for machines;
// the README shows it to people, and a test compares the two.

/** Package name without the scope -> layer. A package imports only from lower layers. */
export const LAYERS = {
  log: 0,
  escape: 0,
  epoll: 0,
  http1: 0,
  template: 0,
  ioloop: 1,
  concurrent: 2,
  gen: 3,
  sync: 3,
  executor: 3,
  iostream: 3,
  topic: 3,
  httpserver: 4,
  httpclient: 4,
  'executor-bullmq': 4,
  options: 5,
  locale: 5,
  autoreload: 5,
  web: 5,
  websocket: 5,
  'topic-redis': 5,
};

/** What may be imported besides from within the importer's own layer. */
const EXCEPTIONS = { template: ['escape'], websocket: ['web'] };

/** Folders whose code may import every package: they wire the packages together and are not published. */
const UNLIMITED = ['apps', 'examples', 'bench'];

/**
 * The short names that code in `folder` (relative to the root, `packages/gen` or `apps/sample`) may import;
 * `undefined` if the table does not know the folder.
 */
export function allowedImports(folder) {
  const [group, name] = folder.split('/');
  if (UNLIMITED.includes(group)) return Object.keys(LAYERS);
  const layer = group === 'packages' ? LAYERS[name] : undefined;
  if (layer === undefined) return undefined;
  const lower = Object.keys(LAYERS).filter((other) => LAYERS[other] < layer);
  return [...lower, ...(EXCEPTIONS[name] ?? []), name];
}
