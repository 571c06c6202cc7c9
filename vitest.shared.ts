import { defaultServerConditions } from 'vite';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Every package's vitest.config.ts re-exports this. */
const config: ViteUserConfig = defineConfig({
  // Workspace packages are taken from src/*.ts, not from dist. (Tests in Node resolve as "ssr".)
  ssr: { resolve: { conditions: ['@typhoon/source', ...defaultServerConditions] } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    benchmark: { include: ['bench/**/*.bench.ts'] },
    typecheck: {
      enabled: true,
      include: ['src/**/*.test-d.ts', 'test/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
    },
  },
});
export default config;
