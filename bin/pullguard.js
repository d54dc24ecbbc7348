#!/usr/bin/env node
// Refuses an old Node in one readable line, then hands argv and the streams to main. Old syntax on purpose: any Node can read it.
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
