#!/usr/bin/env node
// What kubectl starts for `kubectl pullguard <TAB>`: it prints candidates for the words, as `pullguard __complete` does.
process.argv.splice(2, 0, '__complete')
import('./pullguard.js')
