// Cuts the bundle into parts that a standalone executable can load one by one: it can hold no modules, only scripts and assets.
import { basename } from 'node:path'
import { transform } from 'esbuild'
import { bundle } from '../bundle.mjs'

/**
 * By the name that the others require it by, each part as the text of a function of (exports, require, module).
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
    // So that import() becomes a call of require, and finds the other parts.
    supported: { 'dynamic-import': false },
  })
  return `(function(exports,require,module){${code}})`
}
