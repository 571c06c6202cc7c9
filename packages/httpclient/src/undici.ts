export { undiciBackend, type UndiciBackendOptions } from './lib/undici/undici-backend.ts';
