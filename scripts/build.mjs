// Bundles src/main.ts into dist/pullguard.js and parts that commands load on demand: `image` starts without an HTTP client.
import { readdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { writeLicenses } from './licenses.mjs'
import writeSchemaValidators from './schema-validators.mjs'

// Only the dispatchers of undici, assembled like its index.js does: the rest (fetch, WebSocket, caches) would add a fifth to
// the time to the first request.
const onlyDispatchers = {
  name: 'only-dispatchers',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'dispatchers' }))
    onLoad({ filter: /.*/, namespace: 'dispatchers' }, () => ({
      contents: `
        Object.assign(require('./node_modules/undici/lib/dispatcher/dispatcher.js').prototype, require('./node_modules/undici/lib/api'))
        exports.Agent = require('./node_modules/undici/lib/dispatcher/agent.js')
        exports.ProxyAgent = require('./node_modules/undici/lib/dispatcher/proxy-agent.js')`,
      resolveDir: '.',
    }))
  },
}

// cli-table3 requires it for tables with colors, which ours do not have.
const withoutColors = {
  name: 'without-colors',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@colors\/colors/ }, () => ({ path: 'colors', namespace: 'without-colors' }))
    onLoad({ filter: /.*/, namespace: 'without-colors' }, () => ({ contents: '' }))
  },
}

await writeSchemaValidators()

const { metafile } = await build({
  entryPoints: { pullguard: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  plugins: [onlyDispatchers, withoutColors],
  metafile: true,
  platform: 'node',
  // jsonc-parser's `main` can't be bundled, because it calls require() under another name.
  mainFields: ['module', 'main'],
  target: 'node22.19',
  format: 'esm',
  minifySyntax: true,
  legalComments: 'none',
  // Bundled CommonJS packages still call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
})

// Parts have a hash in their names, so parts of older builds would accumulate.
const written = new Set(Object.keys(metafile.outputs).map(file => resolve(file)))
for (const name of await readdir('dist')) {
  const file = resolve('dist', name)
  if (!written.has(file)) await rm(file, { recursive: true })
}

await writeLicenses(Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs)))
