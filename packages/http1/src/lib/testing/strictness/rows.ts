// The form of the table of what is refused and what is taken.

/** One case: what comes, where the RFC speaks of it, the bytes, and either `CODE status` or the events that they give. */
export type Row = readonly [what: string, section: string, bytes: string, outcome: string];

/** Cases of one kind. */
export interface Chapter {
  readonly title: string;
  /** Whose parser reads them; for a response, the method it answers. */
  readonly reads: 'requests' | { readonly responseTo: string };
  readonly rows: readonly Row[];
}

/** A GET with these fields. */
export const get = (fields: string, line = 'GET / HTTP/1.1'): string => `${line}\r\n${fields}\r\n`;

/** A POST with these fields besides Host, and this body. */
export const post = (fields: string, body = ''): string =>
  `POST / HTTP/1.1\r\nHost: x\r\n${fields}\r\n\r\n${body}`;

/** A POST with this body in chunks. */
export const chunked = (body: string): string => post('Transfer-Encoding: chunked', body);
