// The proxies' configurations as docs/deploying.md has them, with the ports and files of a test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionOf, type Program } from './foreign-proxy.ts';

const PAGE = new URL('../../../../docs/deploying.md', import.meta.url);

/** Texts that the page has, and what stands there instead. */
export type Replacements = readonly (readonly [text: string, by: string])[];

/** What a test changes in a configuration. */
export interface Changes {
  /** `host:port`, or the path of a unix socket. */
  readonly upstream: string;
  readonly replace?: Replacements;
}

/** One kind of proxy. */
export interface ProxyKind {
  readonly name: string;
  /** Empty where it is not installed. */
  readonly version: string;
  /** The page's block, listening on the first port and, if there is a certificate, with TLS on the second. */
  readonly program: (changes: Changes, certificateFile?: string) => Program;
}

/** The block of that language whose text has this in it. */
export function pageBlock(language: string, has = ''): string {
  const page = readFileSync(PAGE, 'utf8');
  for (const [, block = ''] of page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g')))
    if (block.includes(has)) return block;
  throw new Error(`docs/deploying.md has no block of ${language} with ${has}`);
}

/** The text with every replacement made; one that finds nothing is an error. */
export function changed(text: string, replacements: Replacements): string {
  return replacements.reduce((before, [old, by]) => {
    if (!before.includes(old)) throw new Error(`docs/deploying.md does not say ${old}`);
    return before.replaceAll(old, by);
  }, text);
}

const nginx: ProxyKind = {
  name: 'nginx',
  version: versionOf('nginx'),
  program: ({ upstream, replace = [] }, certificateFile) => ({
    portCount: certificateFile === undefined ? 1 : 2,
    command: (folder, file) => ['nginx', '-p', folder, '-e', 'stderr', '-c', file],
    configuration: (folder, [port = 0, tlsPort = 0]) => {
      const address = upstream.startsWith('/') ? `unix:${upstream}` : upstream;
      const tls =
        certificateFile === undefined
          ? ''
          : ` listen 127.0.0.1:${tlsPort} ssl; ssl_certificate ${certificateFile}; ssl_certificate_key ${certificateFile};`;
      const block = changed(pageBlock('nginx'), [
        ['listen 80;', `listen 127.0.0.1:${port};${tls}`],
        ['127.0.0.1:8888', address],
        ...replace,
      ]);
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${join(folder, name)};`,
      );
      return `daemon off; master_process off; pid ${join(folder, 'pid')}; error_log stderr;
events { worker_connections 1000; }
http { access_log off; ${temporary.join(' ')}
${block} }`;
    },
  }),
};

const haproxy: ProxyKind = {
  name: 'HAProxy',
  version: versionOf('haproxy'),
  program: ({ upstream, replace = [] }, certificateFile) => ({
    portCount: certificateFile === undefined ? 1 : 2,
    command: (_folder, file) => ['haproxy', '-db', '-f', file],
    configuration: (_folder, [port = 0, tlsPort = 0]) => {
      const tls =
        certificateFile === undefined
          ? ''
          : `\n  bind 127.0.0.1:${tlsPort} ssl crt ${certificateFile}`;
      const block = changed(pageBlock('haproxy'), [
        ['bind :80', `bind 127.0.0.1:${port}${tls}`],
        ['127.0.0.1:8888', upstream],
        ...replace,
      ]);
      return `global\n  nbthread 1\n  log stderr format raw local0 err\n${block}`;
    },
  }),
};

/** All that the tests know. */
export const PROXY_KINDS: readonly ProxyKind[] = [nginx, haproxy];
