// Fastify with its defaults.
import fastify from 'fastify';
import { HELLO, RESOURCES } from './app.ts';
import { ready } from './ready.ts';

const app = fastify();
app.get('/', (_request, reply) => {
  void reply.send(HELLO);
});
app.post('/echo', (request, reply) => {
  void reply.send(request.body);
});
for (const name of RESOURCES) {
  app.get<{ Params: { id: string } }>(`${name}/:id`, (request, reply) => {
    void reply.send(request.params.id);
  });
}
const url = await app.listen({ host: '127.0.0.1', port: 0 });
ready(Number(new URL(url).port));
