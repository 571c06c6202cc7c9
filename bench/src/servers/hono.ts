// Hono on Node.js with its defaults.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { ready } from './ready.ts';

const app = new Hono();
app.get('/', (context) => context.text('Hello, world'));
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  ready(port);
});
