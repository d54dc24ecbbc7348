#!/usr/bin/env node
// kubectl runs this for `kubectl pullguard <TAB>`. Prints completions for the given words, like `pullguard __complete`.
process.argv.splice(2, 0, '__complete')
import('./pullguard.js')
