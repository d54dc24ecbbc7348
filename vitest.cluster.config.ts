import { defineConfig } from 'vitest/config'

/** The tests that need a real cluster (KUBECONFIG): one file after another, because they share its node and its registry's port. */
export default defineConfig({
  test: {
    include: ['test/cluster/**/*.test.ts'],
    globalSetup: ['test/cluster/setup.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
