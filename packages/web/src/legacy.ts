export { asynchronous } from './lib/legacy/asynchronous.ts';
