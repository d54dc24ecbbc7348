#!/usr/bin/env node
// What kubectl starts for `kubectl pullguard`: the same program; main reads the name it was started by.
import('./pullguard.js')
