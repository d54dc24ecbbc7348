import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** The fast suite: no network, no cluster. The real cluster has its own configuration. */
export default defineConfig({
  // No test replaces a module or leaves state behind, so that files may share a process and what it has loaded.
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/cluster/**', 'test/executable/**'],
    // So that the tests never see a schema of yesterday.
    globalSetup: ['scripts/schema-validators.mjs'],
    isolate: false,
    // Node reads TypeScript itself, in less time than a transformation takes; without a loader, which only mocks need.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // Left to itself, vitest leaves one core free, which is half of two; and tests wait for other processes now and then.
    maxWorkers: availableParallelism() + 1,
    // Tests make much garbage that is soon dead: collected less often, less of it is copied.
    execArgv: ['--max-semi-space-size=32'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
