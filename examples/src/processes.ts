// Several processes on one port, each with a loop of its own: `processes.js PORT HOW-MANY`. SIGHUP to the first one replaces the others
// one by one, without a lost request; SIGTERM ends all when what was asked is answered; one that crashes is started again.
import { HTTPServer, taskId } from '@typhoon/httpserver';
import { Application, RequestHandler } from '@typhoon/web';
import { port } from './arguments.ts';

class Who extends RequestHandler {
  override get(): void {
    this.write({ task: taskId(), pid: process.pid });
  }
}

const numProcesses = Number(process.argv[3] ?? 2);
const server = new HTTPServer(new Application([['/', Who]]));
server.bind({ host: '127.0.0.1', port });
await server.start({ numProcesses }); // in the parent it never resolves
console.log(`listening on ${server.url}`);
