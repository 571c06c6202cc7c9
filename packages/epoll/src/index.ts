export { loadNative, type LoadedNative } from './lib/native.ts';
export { EventKind, SendKind } from './lib/events.ts';
export type {
  NativeAddress,
  NativeLayout,
  NativeModule,
  NativePoller,
} from './lib/native-module.ts';
