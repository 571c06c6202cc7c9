// Preloaded into the app by run.mjs: should the launcher be killed outright, the app stops as if asked to.
// (The app leads a process group of its own and would be left behind otherwise.)
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
