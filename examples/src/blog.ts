// A blog: an embedded database, one author who logs in, parts of pages as modules, an Atom feed. After Tornado's demo.
// node dist/blog.js [PORT] [DATABASE FILE]
import { randomBytes } from 'node:crypto';
import { Application, url } from '@typhoon/web';
import { port, staticPath, templatePath } from './arguments.ts';
import * as pages from './blog/handlers.ts';
import { BlogStore } from './blog/store.ts';

const options = { store: new BlogStore(process.argv[3] ?? ':memory:') };
const app = new Application(
  [
    ['/', pages.Home, options],
    ['/archive', pages.Archive, options],
    ['/feed', pages.Feed, options],
    url('/entry/([^/]+)', pages.EntryPage, { kwargs: options, name: 'entry' }),
    ['/compose', pages.Compose, options],
    ['/auth/create', pages.CreateAuthor, options],
    ['/auth/login', pages.Login, options],
    ['/auth/logout', pages.Logout, options],
  ],
  {
    templatePath,
    staticPath,
    uiModules: { EntryModule: pages.EntryModule },
    // From outside, never in the code; without one, a restart logs everybody out.
    cookieSecret: process.env['BLOG_SECRET'] ?? randomBytes(32).toString('hex'),
    loginUrl: '/auth/login',
    xsrfCookies: true,
    xsrfCookieKwargs: { httpOnly: true, sameSite: 'Strict' },
  },
);
const server = await app.listen(port);
console.log(`listening on ${server.url}`);
