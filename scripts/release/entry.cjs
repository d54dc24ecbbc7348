// What a standalone executable runs first: it finds the bundle's parts among the executable's assets and compiles each when it is asked for.
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

// kubectl starts a link to the executable; argv[1] has the file behind it.
process.argv[1] = process.argv0
// For the words of a command line that is being typed, kubectl calls it by this name.
if (basename(process.argv0).startsWith('kubectl_complete-')) process.argv.splice(2, 0, '__complete')
load('./pullguard.js').runProcess()
