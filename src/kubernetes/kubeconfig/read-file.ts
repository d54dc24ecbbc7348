/** Reads one kubeconfig file, YAML or JSON. */

import { readFile } from 'node:fs/promises'
import { type Document, parseAllDocuments } from 'yaml'
import { UsageError } from '../../errors.ts'
import { type Entry, type Kubeconfig, mapping, mappings, text } from './kubeconfig.ts'

/**
 * @param file absolute path
 * @returns null where there is no such file
 * @throws UsageError naming the file, and the line where there is one
 */
export async function readKubeconfig(file: string): Promise<Kubeconfig | null> {
  let content: string
  try {
    content = decoded(await readFile(file))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : 'unreadable'
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new UsageError(`The kubeconfig ${file} can't be read (${code}): make it readable or name another`)
  }
  const parsed = parse(content, file)
  const top = parsed === null || parsed === undefined ? {} : mapping(parsed)
  if (top === null) throw new UsageError(`The kubeconfig ${file} is not a mapping: is it a kubeconfig?`)
  return {
    currentContext: text(top, 'current-context'),
    clusters: named(top.clusters, 'cluster', file),
    users: named(top.users, 'user', file),
    contexts: named(top.contexts, 'context', file),
  }
}

/** PowerShell's `>` writes UTF-16. */
function decoded(bytes: Buffer): string {
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
  // As kubectl's parser: the first document counts, the last of equal keys, and merge keys (`<<`) of YAML 1.1 are merged.
  const documents = parseAllDocuments(content, { uniqueKeys: false, merge: true, logLevel: 'silent' })
  const document: Document | undefined = documents[0]
  const error = document?.errors[0]
  if (error === undefined) return resolved(document, file)
  // Not the parser's message: it quotes the line, which may hold a token.
  const line = error.linePos?.[0].line ?? 1
  throw new UsageError(`The kubeconfig ${file} is not valid YAML at line ${line} (${error.code}): correct it`)
}

/** Aliases of aliases may stand for more than any memory holds; the parser gives up on them. */
function resolved(document: Document | undefined, file: string): unknown {
  try {
    return document?.toJS()
  } catch {
    throw new UsageError(`The kubeconfig ${file} has YAML aliases that can't be resolved: write them out`)
  }
}

function named(list: unknown, kind: 'cluster' | 'user' | 'context', file: string): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const item of mappings(list)) {
    const name = text(item, 'name')
    // client-go refuses the file too: which of the two is meant can't be known.
    if (entries.has(name)) throw new UsageError(`The kubeconfig ${file} has two ${kind}s named ${name}`)
    entries.set(name, { fields: mapping(item[kind]) ?? {}, file })
  }
  return entries
}
