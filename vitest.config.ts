import { defineConfig } from 'vitest/config'

/** The fast suite: no network, no cluster. The real cluster has its own configuration. */
export default defineConfig({
  // No test replaces a module or leaves state behind, so that files may share a process and what it has loaded.
  test: { include: ['test/**/*.test.ts'], exclude: ['test/cluster/**'], isolate: false, testTimeout: 20_000 },
})
