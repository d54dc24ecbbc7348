// Bundles src/main.ts, with chunks that commands load on demand: `image` starts without an HTTP client.
import { build } from 'esbuild'

// Only undici's dispatchers, assembled as in its index.js: the rest (fetch, WebSocket, caches) would add a fifth to the time to the first
// request.
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

// cli-table3 requires it for colored tables, which pullguard does not use.
const withoutColors = {
  name: 'without-colors',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@colors\/colors/ }, () => ({ path: 'colors', namespace: 'without-colors' }))
    onLoad({ filter: /.*/, namespace: 'without-colors' }, () => ({ contents: '' }))
  },
}

/** Writes the bundle to dist/, or returns the files with `write: false`. */
export function bundle(options) {
  return build({
    entryPoints: { pullguard: 'src/main.ts' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    plugins: [onlyDispatchers, withoutColors],
    metafile: true,
    platform: 'node',
    // jsonc-parser's `main` can't be bundled, because it calls require() under a different name.
    mainFields: ['module', 'main'],
    target: 'node22.19',
    format: 'esm',
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  })
}
