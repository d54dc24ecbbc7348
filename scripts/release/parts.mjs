// Splits the bundle into parts that a standalone executable can load one by one: an executable can contain only a script and assets, not
// modules.
import { basename } from 'node:path'
import { transform } from 'esbuild'
import { bundle } from '../bundle.mjs'

/**
 * Returns each part as the text of a function (exports, require, module), keyed by the name under which other parts require it.
 * @returns {Promise<Record<string, string>>}
 */
export async function bundleParts() {
  const { outputFiles } = await bundle({ write: false })
  return Object.fromEntries(
    await Promise.all(
      outputFiles.map(async ({ path, text }) => [`./${basename(path)}`, await asFunction(text)]),
    ),
  )
}

async function asFunction(module) {
  const { code } = await transform(module, {
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minify: true,
    // Turns import() into require(), which can find the other parts.
    supported: { 'dynamic-import': false },
  })
  return `(function(exports,require,module){${code}})`
}
