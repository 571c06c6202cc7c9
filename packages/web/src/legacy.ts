export { asynchronous } from './lib/asynchronous.ts';
