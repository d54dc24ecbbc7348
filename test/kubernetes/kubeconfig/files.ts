/** Kubeconfigs on disk for tests, in a temporary folder that is deleted afterwards. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface Folder extends AsyncDisposable {
  path: string
}

/** Writes files by path in a new folder; values that are not text are written as JSON, which is valid YAML. */
export async function folderWith(files: Record<string, unknown>): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'pullguard-kubeconfig-'))
  for (const [name, content] of Object.entries(files)) {
    const file = join(path, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o700 })
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

type Named = Record<string, Record<string, unknown>>

/** A kubeconfig in kubectl's format. */
export function kubeconfig(parts: { current?: string; clusters?: Named; users?: Named; contexts?: Named }) {
  const listed = (kind: string, named: Named = {}) =>
    Object.entries(named).map(([name, fields]) => ({ name, [kind]: fields }))
  return {
    apiVersion: 'v1',
    kind: 'Config',
    ...(parts.current !== undefined && { 'current-context': parts.current }),
    clusters: listed('cluster', parts.clusters),
    users: listed('user', parts.users),
    contexts: listed('context', parts.contexts),
  }
}

/** One context `name` whose cluster and user have the same name. */
export function oneContext(
  name: string,
  cluster: Record<string, unknown>,
  user: Record<string, unknown> = { token: `${name}-token` },
) {
  return kubeconfig({
    current: name,
    clusters: { [name]: cluster },
    users: { [name]: user },
    contexts: { [name]: { cluster: name, user: name } },
  })
}
