#!/usr/bin/env node
// Runs as `kubectl pullguard`. The program is the same; main checks the name it was started with.
import('./pullguard.js')
