import { defineConfig } from 'vitest/config'

/** The standalone executable of this machine, as `npm run release:executables` leaves it in release/. */
export default defineConfig({ test: { include: ['test/executable/**/*.test.ts'], testTimeout: 60_000 } })
