#!/usr/bin/env node
// Rejects an old Node with a one-line message, then calls main. Written in old syntax so that any version of Node can parse it.
var version = process.versions.node.split('.').map(Number)
if (version[0] < 22 || (version[0] === 22 && version[1] < 19)) {
  process.stderr.write(
    `pullguard needs Node 22.19 or newer; this is Node ${process.versions.node}. Update Node (https://nodejs.org), or use pullguard's standalone executable, which needs none.\n`,
  )
  process.exitCode = 2
} else {
  import('node:module').then(nodeModule => {
    nodeModule.enableCompileCache()
    return import('../dist/pullguard.js').then(pullguard => pullguard.runProcess())
  })
}
