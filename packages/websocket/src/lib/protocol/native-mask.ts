// Masking by the native part, where it is installed and loads. Owns: that it may be missing. Must not know: frames.
import { createRequire } from 'node:module';
import type { LoadedNative, NativeModule } from '@typhoon/epoll';

/** `maskInto` in C; null where there is none, or `TYPHOON_NATIVE=off`. */
export const nativeMaskInto: NativeModule['maskInto'] | null = load();

/** Required, not imported: that can fail without failing us. */
function load(): NativeModule['maskInto'] | null {
  try {
    const require = createRequire(import.meta.url);
    const { loadNative } = require('@typhoon/epoll/native') as {
      readonly loadNative: () => LoadedNative;
    };
    return loadNative().native?.maskInto ?? null;
  } catch {
    return null;
  }
}
