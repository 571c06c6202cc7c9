// Fastify with its usual plugins, doing what `pnpm bench web` asks for.
import cookie from '@fastify/cookie';
import files from '@fastify/static';
import view from '@fastify/view';
import { Eta } from 'eta';
import fastify from 'fastify';
import { PAGE } from '../template/cases.ts';
import { RECORD, ROUTES, SECRET, staticFolder, VIEWS } from '../web/setting.ts';
import { ready } from './ready.ts';

const app = fastify();
await app.register(cookie, { secret: SECRET });
await app.register(view, {
  engine: { eta: new Eta({ views: VIEWS, cache: true }) },
  templates: VIEWS,
  production: true,
});
await app.register(files, { root: staticFolder(), prefix: '/static/' });

app.get('/hello', (_request, reply) => {
  void reply.send('Hello, world');
});
app.get('/json', (_request, reply) => {
  void reply.send(RECORD);
});
for (let i = 0; i < ROUTES; i++) {
  app.get<{ Params: { id: string } }>(`/route${i}/:id`, (request, reply) => {
    void reply.send(`item ${request.params.id}`);
  });
}
app.get('/cookie', (request, reply) => {
  const { valid, value } = request.unsignCookie(request.cookies['visits'] ?? '');
  const visits = (valid ? Number(value) : 0) + 1;
  void reply
    .setCookie('visits', String(visits), { signed: true, path: '/', maxAge: 30 * 86_400 })
    .send(`visit ${visits}`);
});
app.get('/page', (_request, reply) => reply.view('page.eta', PAGE));

const url = await app.listen({ host: '127.0.0.1', port: 0 });
ready(Number(new URL(url).port));
