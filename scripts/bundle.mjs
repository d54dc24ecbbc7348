// Bundles src/main.ts and the parts that commands load on demand: `image` starts without an HTTP client.
import { build } from 'esbuild'

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

/** Bundles into dist/, or with `write: false` returns the files. */
export function bundle(options) {
  return build({
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
    logLevel: 'warning',
    ...options,
  })
}
