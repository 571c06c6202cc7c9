export { loadNative } from './lib/native.ts';
