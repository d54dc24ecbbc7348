/** Reads `.pullguard.yaml`, a team's settings for audits. Anything unknown is an error, so that no typo silences a rule. */

import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { errorCode, UsageError } from '../../errors.ts'
import { similarNames } from '../../image/mistakes/similar-names.ts'
import { isImagePlace, type ReplacementRule } from '../../image/replacement.ts'
import { bytesOf } from '../../network/bytes-of.ts'
import { readUpTo } from '../../network/read-up-to.ts'
import { isSubdomain } from '../../snapshot/object-key.ts'
import { didYouMean } from '../near-names.ts'

export const SETTINGS_FILE = '.pullguard.yaml'

interface FileSettings {
  /** Severities by rule; the caller checks both. */
  rules: Map<string, string>
  excludedPaths: string[]
  excludedNamespaces: string[]
  pullSecret: string | null
  replacements: ReplacementRule[]
  /** The folder that its paths are relative to. */
  folder: string
}

interface SettingsOptions {
  /** The file of `--config`; without it, the file is looked up in the folder and its parents, up to a repository's root. */
  file?: string
  cwd: string
  signal: AbortSignal
  /** The known rules and severities. */
  rules: readonly string[]
  severities: readonly string[]
}

/** @throws UsageError, one line that names the place */
export async function readSettings(options: SettingsOptions): Promise<FileSettings> {
  const { file, cwd, signal } = options
  if (file === '') throw new UsageError('--config was given an empty name: give a file.')
  const path = file === undefined ? findSettings(cwd) : resolve(cwd, file)
  if (path === null)
    return {
      rules: new Map(),
      excludedPaths: [],
      excludedNamespaces: [],
      pullSecret: null,
      replacements: [],
      folder: cwd,
    }
  const shown = relative(cwd, path) || path
  const bytes = await readUpTo(bytesOf(path, signal), MAX_BYTES).catch(error => {
    signal.throwIfAborted()
    const code = errorCode(error)
    throw new UsageError(`Can't read ${shown}: ${code === 'ENOENT' ? 'there is no such file' : code}.`)
  })
  if (bytes === null) throw new UsageError(`${shown} is too long for settings.`)
  return { ...new SettingsReader(bytes.toString('utf8'), shown, options).read(), folder: dirname(path) }
}

const MAX_BYTES = 8 * 1024 * 1024

function findSettings(cwd: string): string | null {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, SETTINGS_FILE)
    if (existsSync(path)) return path
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return null
  }
}

const KEYS = ['rules', 'exclude', 'pullSecret', 'replaceRegistry']

class SettingsReader {
  readonly #text: string
  readonly #path: string
  readonly #options: SettingsOptions
  readonly #lines = new LineCounter()

  constructor(text: string, path: string, options: SettingsOptions) {
    this.#text = text
    this.#path = path
    this.#options = options
  }

  read(): Omit<FileSettings, 'folder'> {
    const document = parseDocument(this.#text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      logLevel: 'silent',
    })
    const [error] = document.errors
    if (error !== undefined) throw this.#wrong(error.pos[0], 'this is not valid YAML.')
    const top = this.#object(document.contents, KEYS, 'settings')
    const exclude = this.#object(top.get('exclude') ?? null, ['paths', 'namespaces'], 'exclude')
    const secret = top.get('pullSecret')
    return {
      rules: this.#rules(top.get('rules') ?? null),
      excludedPaths: this.#texts(exclude.get('paths'), 'exclude.paths'),
      excludedNamespaces: this.#texts(exclude.get('namespaces'), 'exclude.namespaces'),
      pullSecret: secret === undefined ? null : this.#secret(secret),
      replacements: [...this.#object(top.get('replaceRegistry') ?? null, null, 'replaceRegistry')].map(
        ([from, to]) => this.#replacement(from, to),
      ),
    }
  }

  #secret(node: Node): string {
    const name = this.#string(node, 'pullSecret')
    if (isSubdomain(name)) return name
    throw this.#wrong(
      offsetOf(node),
      `pullSecret: "${name}" can't be the name of a Secret: give lower case letters, digits, - and ., such as dockercreds.`,
    )
  }

  #replacement(from: string, node: Node): ReplacementRule {
    const to = this.#string(node, `replaceRegistry.${from}`)
    const wrong = [from, to].find(text => !isImagePlace(text))
    if (wrong === undefined) return { from, to }
    throw this.#wrong(
      offsetOf(node),
      `replaceRegistry: "${wrong}" is not a registry, a path in one, or an image.`,
    )
  }

  #rules(node: Node | null): Map<string, string> {
    const { rules, severities } = this.#options
    const found = this.#object(node, rules, 'rules')
    return new Map(
      [...found].map(([rule, value]) => {
        const severity = this.#string(value, `rules.${rule}`)
        if (!severities.includes(severity))
          throw this.#wrong(
            offsetOf(value),
            `rules.${rule} is one of ${severities.join(', ')}, not "${severity}".`,
          )
        return [rule, severity]
      }),
    )
  }

  /** @param keys the known keys; null allows any */
  #object(node: Node | null, keys: readonly string[] | null, name: string): Map<string, Node> {
    const found = new Map<string, Node>()
    if (node === null || (isScalar(node) && node.value === null)) return found
    if (!isMap(node)) throw this.#wrong(offsetOf(node), `${name} must be an object.`)
    for (const { key, value } of node.items) {
      const text = isScalar(key) ? String(key.value) : ''
      if (keys !== null && !keys.includes(text))
        throw this.#wrong(offsetOf(key), `${name} has the unknown key "${text}": ${hintAt(text, keys)}`)
      found.set(text, value as Node)
    }
    return found
  }

  #texts(node: Node | undefined, name: string): string[] {
    if (node === undefined || node === null) return []
    if (!isSeq(node)) throw this.#wrong(offsetOf(node), `${name} must be a list.`)
    return node.items.map(item => this.#string(item, name))
  }

  /** Reads a string. Some editors treat YAML 1.1's off and on as booleans; here they are strings. */
  #string(node: unknown, name: string): string {
    if (isScalar(node) && typeof node.value === 'string' && node.value !== '') return node.value
    throw this.#wrong(offsetOf(node), `${name} must be a string.`)
  }

  #wrong(offset: number, sentence: string): UsageError {
    const { line, col } = this.#lines.linePos(offset)
    return new UsageError(`${this.#path}:${Math.max(1, line)}:${Math.max(1, col)}: ${sentence}`)
  }
}

/** The end of a sentence: the known key that an unknown one looks like, or else the keys. */
function hintAt(unknown: string, keys: readonly string[]): string {
  const near = similarNames(unknown, keys, 1)
  if (near.length > 0) return didYouMean(near)
  return `the keys are ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''}.`
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}
