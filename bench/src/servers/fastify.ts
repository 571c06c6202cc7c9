// Fastify with its defaults.
import fastify from 'fastify';
import { ready } from './ready.ts';

const app = fastify();
app.get('/', (_request, reply) => {
  void reply.send('Hello, world');
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });
ready(Number(new URL(url).port));
