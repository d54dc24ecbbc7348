// Bundles src/main.ts into dist/pullguard.js: one file, so that start-up reads one file (and its compile cache).
import { build } from 'esbuild'

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/pullguard.js',
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  minifySyntax: true,
  legalComments: 'none',
  // 2 MB that only a legacy auth-provider in a kubeconfig needs: installed next to us and imported then.
  external: ['@kubernetes/client-node'],
  // Bundled CommonJS packages still call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
