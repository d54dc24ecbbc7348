/** Names that lack a part: registries whose repositories all have a namespace, such as an owner, in front of the image's own name. */

import { parseReference } from '../reference.ts'

/** What each of them calls it, as its documentation does; a cache that is named like one is another host. */
const NAMESPACES: readonly [registry: RegExp, namespace: string][] = [
  [/^swr\.[\w-]+\.myhuaweicloud\.com$/, 'organization'],
  [/^ghcr\.io$/, 'owner'],
  [/^registry\.gitlab\.com$/, 'group or user'],
  [/^nvcr\.io$/, 'organization'],
  [/^registry\.digitalocean\.com$/, 'registry'],
  [/^(?:(?:us|eu|asia)\.)?gcr\.io$/, 'project'],
  [/^registry(?:-(?:intl|vpc|internal))?\.[\w-]+\.aliyuncs\.com$|^ccr\.ccs\.tencentyun\.com$/, 'namespace'],
]

/** What the name lacks before its only part; null for a name that lacks nothing, or of a registry that needs nothing there. @param reference the full name */
export function missingNamespace(reference: string | null): string | null {
  const { registry = '', repository = '' } = parseReference(reference ?? '') ?? {}
  if (repository === '' || repository.includes('/')) return null
  return NAMESPACES.find(([host]) => host.test(registry))?.[1] ?? null
}
