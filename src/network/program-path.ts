/** Restricts the PATH for programs that a config names, so that none is run from the working directory. */

import { delimiter, isAbsolute } from 'node:path'

type Environment = Record<string, string | undefined>

/**
 * The environment with a PATH of absolute folders alone. An empty entry or `.` would run what lies in the working directory, a cloned
 * repository perhaps; kubectl refuses what it finds that way (Go's exec.ErrDot).
 */
export function withoutWorkingDirectory(env: Environment): Environment {
  const safe: Environment = { ...env, NoDefaultCurrentDirectoryInExePath: '1' }
  for (const name of Object.keys(env).filter(each => each.toUpperCase() === 'PATH')) {
    const folders = (env[name] ?? '').split(delimiter).filter(folder => isAbsolute(folder))
    // An empty PATH would be read as the system's own usual one, or as the working directory.
    safe[name] = folders.length > 0 ? folders.join(delimiter) : '/nonexistent'
  }
  return safe
}
