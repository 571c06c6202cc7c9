import { defaultServerConditions } from 'vite';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/**
 * Every package's vitest.config.ts re-exports this. What `expectTypeOf` says is checked by `tsc`, with all the other types.
 */
const config: ViteUserConfig = defineConfig({
  // Workspace packages are taken from src/*.ts, not from dist. (Tests in Node resolve as "ssr".)
  ssr: { resolve: { conditions: ['@typhoon/source', ...defaultServerConditions] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    benchmark: { include: ['bench/**/*.bench.ts'] },
  },
});
export default config;
