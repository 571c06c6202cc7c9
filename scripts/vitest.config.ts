import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  // Two samples at a time: they start a process each.
  test: { include: ['**/*.test.mjs'], maxConcurrency: 2 },
});
export default config;
