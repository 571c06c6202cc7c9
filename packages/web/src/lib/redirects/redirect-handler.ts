// Sends clients elsewhere (WEB-98).
import { localPath } from './local-path.ts';
import { RequestHandler } from '../handler/request-handler.ts';

/** Options of a rule for `RedirectHandler`. */
export interface RedirectOptions {
  /** Where to; `{0}` and `{name}` stand for the path's groups, as they were sent but decoded. */
  readonly url: string;
  /** 301, else 302. Default true. */
  readonly permanent?: boolean;
}

/** Redirects GET; the query goes along. Its rule's options: `{ url, permanent }`. */
export class RedirectHandler extends RequestHandler {
  #options: RedirectOptions = { url: '/' };

  override initialize(options: RedirectOptions): void {
    this.#options = options;
  }

  override get(
    ...groups: readonly (string | null | Readonly<Record<string, string | null>>)[]
  ): void {
    const { url, permanent = true } = this.#options;
    const target = url.replace(/\{(\w+)\}/g, (all, name: string) => {
      const [first] = groups;
      const value =
        typeof first === 'object' && first !== null ? first[name] : groups[Number(name)];
      return typeof value === 'string' ? value : all;
    });
    // A group must not turn a path of ours into another host.
    const safe = url.startsWith('//') ? target : localPath(target);
    this.redirect(withQuery(safe, this.request.query), { permanent });
  }
}

function withQuery(url: string, query: string): string {
  if (query === '') return url;
  const [head = '', ...fragment] = url.split('#');
  const joined = `${head}${head.includes('?') ? '&' : '?'}${query}`;
  return [joined, ...fragment].join('#');
}
