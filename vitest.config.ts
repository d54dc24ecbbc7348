import { defineConfig } from 'vitest/config'

/** The fast suite: no network, no cluster. The real cluster has its own configuration. */
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], exclude: ['test/cluster/**'], testTimeout: 20_000 },
})
