#!/usr/bin/env node
// kubectl starts this for `kubectl pullguard <TAB>`: it prints completions for the words, like `pullguard __complete`.
process.argv.splice(2, 0, '__complete')
import('./pullguard.js')
