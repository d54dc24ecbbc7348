/** Finds the manifests of -f: standard input, files, pipes, and the files in folders, each once. Does not follow links out of their folder. */

import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, matchesGlob, relative, resolve, sep } from 'node:path'
import { byText } from '../../order.ts'
import type { FileProblem } from '../../snapshot/audit-snapshot.ts'
import { checkFileNames, IN_FOLDERS } from '../file-names.ts'
import { SETTINGS_FILE } from './audit-settings.ts'
import { problemOf } from './read-text.ts'

export interface FoundFile {
  /** The path for display, under the name that was given; `-` is standard input. */
  path: string
  /** The real path; null for what is not a file: standard input, and a pipe. */
  real: string | null
  /** Found in a folder, rather than named. */
  inFolder: boolean
}

interface FoundFiles {
  files: FoundFile[]
  unread: { path: string; problem: FileProblem }[]
  /** Named folders with subfolders that were not read. */
  shallow: string[]
}

export interface FindOptions {
  /** As on the command line. */
  paths: string[]
  recursive: boolean
  cwd: string
  /** Globs of paths to skip, relative to `excludeFrom`. */
  excluded: string[]
  excludeFrom: string
}

/** Folders without manifests that are often large. */
const NEVER_ENTERED = new Set(['.git', 'node_modules'])

/** Returns the files in the order named, and those in a folder by name. @throws UsageError for an empty name */
export async function findFiles(options: FindOptions): Promise<FoundFiles> {
  const { paths, cwd } = options
  checkFileNames(paths)
  const search = new Search(options)
  for (const path of paths) {
    if (path === '-') search.found.files.push({ path, real: null, inFolder: false })
    else await search.searchNamed(displayPath(path, cwd), resolve(cwd, path))
  }
  return search.found
}

/** Returns the path for display. CI systems want paths that start at the repository's root. */
function displayPath(path: string, cwd: string): string {
  return isAbsolute(path) && path !== cwd && isWithin(path, cwd) ? relative(cwd, path) : path
}

class Search {
  readonly found: FoundFiles = { files: [], unread: [], shallow: [] }
  readonly #options: FindOptions
  readonly #excluded: readonly string[]
  readonly #seen = new Set<string>()
  readonly #entered = new Set<string>()
  /** The path on the command line that is being searched. */
  #named = ''

  constructor(options: FindOptions) {
    this.#options = options
    const globs = options.excluded.map(glob => glob.replace(/\/+$/, ''))
    this.#excluded = globs.flatMap(glob => [glob, `${glob}/**`])
  }

  async searchNamed(path: string, where: string): Promise<void> {
    this.#named = path
    try {
      const found = await stat(where)
      if (!found.isDirectory() && !found.isFile()) {
        // The pipe of a shell's `<(…)` has no real path.
        this.found.files.push({ path, real: null, inFolder: false })
        return
      }
      const real = await realpath(where)
      if (found.isDirectory()) await this.#enter(path, real, real, [real])
      else this.#add(path, real, false)
    } catch (error) {
      this.#note(path, problemOf(error))
    }
  }

  /** @param root the folder that no link is allowed to leave @param above the real folders on the way here */
  async #enter(path: string, folder: string, root: string, above: string[]): Promise<void> {
    // Several links can lead to the same folder.
    if (this.#entered.has(folder)) return
    this.#entered.add(folder)
    let entries: Dirent[]
    try {
      entries = await readdir(folder, { withFileTypes: true })
    } catch (error) {
      this.#note(path, problemOf(error))
      return
    }
    entries.sort(byText(({ name }) => name))
    for (const entry of entries) {
      const name = join(path, entry.name)
      const where = join(folder, entry.name)
      if (this.#isExcluded(where)) continue
      if (entry.isSymbolicLink()) await this.#follow(name, where, root, above)
      else if (entry.isDirectory()) await this.#below(name, where, root, above)
      else if (entry.isFile() && IN_FOLDERS.test(entry.name) && entry.name !== SETTINGS_FILE)
        this.#add(name, where)
    }
  }

  async #below(path: string, folder: string, root: string, above: string[]): Promise<void> {
    const name = basename(path)
    if (NEVER_ENTERED.has(name)) return
    if (this.#options.recursive) return this.#enter(path, folder, root, [...above, folder])
    if (!name.startsWith('.') && !this.found.shallow.includes(this.#named))
      this.found.shallow.push(this.#named)
  }

  async #follow(path: string, link: string, root: string, above: string[]): Promise<void> {
    const isNamedLikeManifest = IN_FOLDERS.test(path)
    try {
      const real = await realpath(link)
      const found = await stat(real)
      if (!found.isDirectory() && !isNamedLikeManifest) return
      if (found.isDirectory() && !this.#options.recursive) await this.#below(path, real, root, above)
      else if (!isWithin(real, root)) this.#note(path, 'link-out')
      else if (found.isFile()) this.#add(path, real)
      // Reading a pipe that nobody named could block forever.
      else if (!found.isDirectory()) this.#note(path, 'not-text')
      else if (above.includes(real)) this.#note(path, 'link-loop')
      else await this.#below(path, real, root, above)
    } catch (error) {
      const problem = problemOf(error)
      // Nothing shows that a link to nowhere is about manifests, except its name.
      const leads = problem !== 'missing' && problem !== 'link-loop'
      if (leads || isNamedLikeManifest) this.#note(path, problem === 'missing' ? 'link-nowhere' : problem)
    }
  }

  #add(path: string, real: string, inFolder = true): void {
    if (this.#seen.has(real) || this.#isExcluded(real)) return
    this.#seen.add(real)
    this.found.files.push({ path, real, inFolder })
  }

  #note(path: string, problem: FileProblem): void {
    this.found.unread.push({ path, problem })
  }

  #isExcluded(where: string): boolean {
    const path = relative(this.#options.excludeFrom, where).split(sep).join('/')
    return this.#excluded.some(glob => matchesGlob(path, glob))
  }
}

/** Whether a path is a folder or below it; both are real paths. */
function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way))
}
