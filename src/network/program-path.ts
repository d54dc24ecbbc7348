/** Restricts the PATH for programs that a config names, so that none is run from the working directory. */

import { delimiter, isAbsolute } from 'node:path'

type Environment = Record<string, string | undefined>

/**
 * Returns the environment with only absolute folders in PATH. An empty entry or `.` would run programs in the working directory, which
 * could be a cloned repository; kubectl refuses programs found that way (Go's exec.ErrDot).
 */
export function withoutWorkingDirectory(env: Environment): Environment {
  const safe: Environment = { ...env, NoDefaultCurrentDirectoryInExePath: '1' }
  for (const name of Object.keys(env).filter(each => each.toUpperCase() === 'PATH')) {
    const folders = (env[name] ?? '').split(delimiter).filter(folder => isAbsolute(folder))
    // An empty PATH would mean the system's default or the working directory.
    safe[name] = folders.length > 0 ? folders.join(delimiter) : '/nonexistent'
  }
  return safe
}
