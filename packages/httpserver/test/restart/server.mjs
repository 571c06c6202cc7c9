// One of several processes on one port. Says "ready", drains on SIGTERM, says what came of it, ends.
import { HTTPHeaders } from '@typhoon/http1';
import { HTTPServer } from '@typhoon/httpserver';

const [port, graceMs] = process.argv.slice(2).map(Number);

const server = new HTTPServer((request) => {
  const answer = () => {
    const headers = new HTTPHeaders({ 'Content-Length': String(request.uri.length) });
    void request.connection.writeHeaders({ code: 200 }, headers, request.uri);
    request.connection.finish();
  };
  // Most answer at once, some take their time.
  if (request.uri.endsWith('7')) setTimeout(answer, 20);
  else answer();
});

const { address } = await server.listen({ host: '127.0.0.1', port }, { reusePort: true });
process.once('SIGTERM', async () => {
  const { aborted, tookMs } = await server.drain({ deadlineMs: 5000, graceMs });
  process.send({ aborted, tookMs });
  process.disconnect();
});
process.once('disconnect', () => process.exit());
process.send({ port: address.port });
