/** Finds the kubeconfig files, reads them as YAML or JSON, and merges them by kubectl's rules. */

import { readFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { type Document, parseAllDocuments } from 'yaml'
import { UsageError } from '../../errors.ts'
import { codedError } from '../../network/error-code.ts'
import { Redacted } from '../../secrecy/redacted.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { type Entry, type Kubeconfig, mapping, mappings, text } from './kubeconfig.ts'

interface LoadedKubeconfig {
  config: Kubeconfig
  /** Every path that was checked, whether it exists or not. */
  places: string[]
  /** The paths of those that exist. */
  files: string[]
}

/**
 * Reads `--kubeconfig` alone, else every file of $KUBECONFIG, else ~/.kube/config. Files that don't exist are skipped unless the flag names
 * them. The first file to set current-context wins, and the first to name an entry wins with the whole entry (client-go
 * tools/clientcmd/loader.go).
 * @throws UsageError for a file that is missing, unreadable or malformed
 */
export async function loadKubeconfig(
  options: Pick<ConnectionOptions, 'kubeconfig' | 'env' | 'cwd' | 'home'>,
): Promise<LoadedKubeconfig> {
  const explicit = options.kubeconfig ?? ''
  const places = placesOf(options).map(path => resolve(options.cwd, path))
  const read = await Promise.all(places.map(readKubeconfig))
  if (explicit !== '' && read[0] === null) {
    throw new UsageError(`Kubeconfig ${explicit} (from --kubeconfig) doesn't exist`)
  }
  return {
    config: merged(read.filter(config => config !== null)),
    places,
    files: places.filter((_, index) => read[index] !== null),
  }
}

function placesOf({ kubeconfig, env, home }: Pick<ConnectionOptions, 'kubeconfig' | 'env' | 'home'>) {
  if (kubeconfig !== undefined && kubeconfig !== '') return [kubeconfig]
  const listed = env.KUBECONFIG ?? ''
  if (listed === '') return [join(home, '.kube', 'config')]
  return [...new Set(listed.split(delimiter))].filter(path => path !== '')
}

function merged(configs: Kubeconfig[]): Kubeconfig {
  // Later keys of a Map win, so the first file comes last.
  const backwards = configs.toReversed()
  return {
    currentContext: configs.find(config => config.currentContext !== '')?.currentContext ?? '',
    clusters: new Map(backwards.flatMap(config => [...config.clusters])),
    users: new Map(backwards.flatMap(config => [...config.users])),
    contexts: new Map(backwards.flatMap(config => [...config.contexts])),
  }
}

/**
 * @param file absolute path
 * @returns null if there is no such file
 * @throws UsageError naming the file, and the line if it is known
 */
async function readKubeconfig(file: string): Promise<Kubeconfig | null> {
  let content: string
  try {
    content = decodeText(await readFile(file))
  } catch (error) {
    const code = codedError(error)?.code ?? 'unreadable'
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new UsageError(`The kubeconfig ${file} can't be read (${code}): make it readable or name another`)
  }
  const parsed = parse(content, file)
  const top = parsed === null || parsed === undefined ? {} : mapping(parsed)
  if (top === null) throw new UsageError(`The kubeconfig ${file} is not a mapping: is it a kubeconfig?`)
  return {
    currentContext: text(top, 'current-context'),
    clusters: entriesByName(top.clusters, 'cluster', file),
    users: entriesByName(top.users, 'user', file),
    contexts: entriesByName(top.contexts, 'context', file),
  }
}

/** PowerShell's `>` writes UTF-16. */
function decodeText(bytes: Buffer): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}

function parse(content: string, file: string): unknown {
  if (content.startsWith('{')) {
    try {
      return JSON.parse(content)
    } catch {
      // Flow-style YAML starts the same way, and the YAML parser knows the line of a mistake.
    }
  }
  // As in kubectl's parser: the first document counts, the last of equal keys wins, and merge keys (`<<`) of YAML 1.1 are merged.
  const documents = parseAllDocuments(content, { uniqueKeys: false, merge: true, logLevel: 'silent' })
  const document: Document | undefined = documents[0]
  const error = document?.errors[0]
  if (error === undefined) return resolved(document, file)
  // Not the parser's message: it quotes the line, which may contain a token.
  const line = error.linePos?.[0].line ?? 1
  throw new UsageError(`The kubeconfig ${file} is not valid YAML at line ${line} (${error.code}): correct it`)
}

function entriesByName(
  list: unknown,
  kind: 'cluster' | 'user' | 'context',
  file: string,
): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const item of mappings(list)) {
    const name = text(item, 'name')
    // client-go refuses the file, too: it is unknown which of the two is meant.
    if (entries.has(name)) throw new UsageError(`The kubeconfig ${file} has two ${kind}s named ${name}`)
    entries.set(name, { fields: new Redacted(mapping(item[kind]) ?? {}), file })
  }
  return entries
}

/** Nested aliases can expand beyond any memory; the parser rejects them. */
function resolved(document: Document | undefined, file: string): unknown {
  try {
    return document?.toJS()
  } catch {
    throw new UsageError(`The kubeconfig ${file} has YAML aliases that can't be resolved: write them out`)
  }
}

/** The names in the kubeconfig for --context, --cluster, and --user, sorted. @throws UsageError for a file that can't be read */
export async function kubeconfigNames(
  kind: 'contexts' | 'clusters' | 'users',
  options: Pick<ConnectionOptions, 'kubeconfig' | 'env' | 'cwd' | 'home'>,
): Promise<string[]> {
  const { config } = await loadKubeconfig(options)
  return [...config[kind].keys()].sort()
}
