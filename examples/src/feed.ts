// The document that the first three examples fetch and show.

/** A feed. */
export interface Feed {
  readonly title: string;
  readonly entries: readonly string[];
}

/** Reads one from JSON. @throws SyntaxError or TypeError when it is none. */
export function parseFeed(body: Uint8Array): Feed {
  const feed: unknown = JSON.parse(Buffer.from(body).toString());
  const isFeed =
    typeof feed === 'object' &&
    feed !== null &&
    'title' in feed &&
    typeof feed.title === 'string' &&
    'entries' in feed &&
    Array.isArray(feed.entries);
  if (!isFeed) throw new TypeError('this is no feed');
  return { title: String(feed.title), entries: (feed.entries as unknown[]).map(String) };
}
