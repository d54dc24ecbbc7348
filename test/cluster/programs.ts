/** Packs programs of this machine with their libraries, for an image that needs more than one static file. */
import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'

/** Returns each program as /bin/NAME, and its libraries at their own paths. @throws if one is not installed, or this is not Linux */
export function programs(...names: string[]): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (const name of names) {
    const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
    files.set(`/bin/${name}`, readFileSync(realpathSync(path)))
    const libraries = execFileSync('ldd', [path], { encoding: 'utf8' })
    for (const [, library = ''] of libraries.matchAll(/(?:=> )?(\/\S+) \(0x/g)) {
      files.set(library, readFileSync(realpathSync(library)))
    }
  }
  return files
}
