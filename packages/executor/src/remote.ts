export { packError } from './lib/worker-errors.ts';
export { rebuildError } from './lib/remote-error.ts';
export type { PackedCause, PackedError } from './lib/messages.ts';
