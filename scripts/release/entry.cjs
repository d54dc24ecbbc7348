// The entry point of a standalone executable: finds the bundle's parts among the assets and compiles each when it is first required.
const { isBuiltin } = require('node:module')
const { basename } = require('node:path')
const { getAsset } = require('node:sea')
const { runInThisContext } = require('node:vm')

const loaded = new Map()

function load(name) {
  if (isBuiltin(name)) return require(name)
  const before = loaded.get(name)
  if (before) return before.exports
  const module = { exports: {} }
  loaded.set(name, module)
  runInThisContext(getAsset(name, 'utf8'), { filename: name })(module.exports, load, module)
  return module.exports
}

// kubectl starts a link to the executable, but Node sets argv[1] to the link's target.
process.argv[1] = process.argv0
// kubectl requests completions under this name.
if (basename(process.argv0).startsWith('kubectl_complete-')) process.argv.splice(2, 0, '__complete')
load('./pullguard.js').runProcess()
