// How src/main.ts becomes one bundle with the parts that a command loads when it needs them: `image` starts without an HTTP client.
import { build } from 'esbuild'

// Of undici only its dispatchers, put together as its index.js does: the rest (fetch, WebSocket, caches) would take a fifth of
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

// cli-table3 asks for it where a table has colors of its own, and ours have none.
const withoutColors = {
  name: 'without-colors',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@colors\/colors/ }, () => ({ path: 'colors', namespace: 'without-colors' }))
    onLoad({ filter: /.*/, namespace: 'without-colors' }, () => ({ contents: '' }))
  },
}

/** Bundles into dist/, or with `write: false` gives the files back. What is built differs only in `options`. */
export function bundle(options) {
  return build({
    entryPoints: { pullguard: 'src/main.ts' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    plugins: [onlyDispatchers, withoutColors],
    metafile: true,
    platform: 'node',
    // jsonc-parser's `main` can't be bundled: it calls require() by another name.
    mainFields: ['module', 'main'],
    target: 'node22.19',
    format: 'esm',
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
  })
}
