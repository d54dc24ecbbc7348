/** Dumps for tests: objects as kubectl prints them, and files in a temporary folder. */
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { type DumpOptions, readDump } from '../../src/source/dump.ts'

export type Json = Record<string, unknown>

const BACK_OFF = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "nginx:1"' }

/** A pod whose only container waits; without `waiting` it runs. */
export function pod(name: string, waiting?: { reason: string; message: string }, more: Json = {}): Json {
  const state = waiting === undefined ? { running: { startedAt: '2026-01-01T00:00:00Z' } } : { waiting }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'web', uid: `uid-${name}`, resourceVersion: '7', ...record(more.metadata) },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'nginx:1' }], ...record(more.spec) },
    status: { phase: waiting ? 'Pending' : 'Running', containerStatuses: [{ name: 'c', state }] },
  }
}

export const failing = (name: string, more?: Json): Json => pod(name, BACK_OFF, more)

/** A pod whose container `c` runs the image, by default as the registry's manifest `digest`. */
export function running(name: string, image: string, spec: Json = {}, imageID = digestOf(image)): Json {
  const state = { running: { startedAt: '2026-01-01T00:00:00Z' } }
  return {
    ...pod(name, undefined, { spec: { containers: [{ name: 'c', image }], ...spec } }),
    status: { phase: 'Running', containerStatuses: [{ name: 'c', state, imageID }] },
  }
}

export const digestOf = (image: string) => `${image.replace(/:[^:/]*$/, '')}@sha256:${'a'.repeat(64)}`

/** A pod that lacks the image. */
export const lacking = (image: string, spec: Json = {}): Json =>
  failing('shop-1', { spec: { containers: [{ name: 'c', image }], ...spec } })

export const node = (name: string, fields: Json = {}): Json => ({
  ...{ apiVersion: 'v1', kind: 'Node', metadata: { name } },
  ...fields,
})

export function event(of: string, message: string, more: Json = {}): Json {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${of}.${message.length}`, namespace: 'web', resourceVersion: '8' },
    involvedObject: { kind: 'Pod', name: of, namespace: 'web', fieldPath: 'spec.containers{c}' },
    reason: 'Failed',
    message,
    lastTimestamp: '2026-01-01T00:00:00Z',
    ...more,
  }
}

export function pullSecret(name: string, password = 'hunter2-secret'): Json {
  const content = { auths: { 'ghcr.io': { username: 'me', password } } }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'web' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify(content)).toString('base64') },
  }
}

export function replicaSet(name: string, deployment: string): Json {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment, uid: 'd', controller: true }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'web', uid: `uid-${name}`, ownerReferences: [owner] },
    spec: { template: { spec: { containers: [] } } },
  }
}

export const ownedBy = (name: string): Json => ({
  metadata: {
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: `uid-${name}`, controller: true },
    ],
  },
})

/** The key order of `kubectl get -o json`. */
export const listOf = (...items: unknown[]): Json => ({
  apiVersion: 'v1',
  items,
  kind: 'List',
  metadata: { resourceVersion: '' },
})

export async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pullguard-dump-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

/** Reads with everything in scope by default. */
export function read(options: Partial<DumpOptions>): Promise<Snapshot> {
  return readDump({
    files: ['-'],
    recursive: false,
    stdin: piped(),
    cwd: tmpdir(),
    scope: { namespaces: null },
    now: '2026-01-01T00:01:00Z',
    signal: new AbortController().signal,
    ...options,
  })
}

/** Reads texts from standard input, cut into chunks of `size` bytes. */
export function readText(
  text: string | Buffer,
  scope: DumpOptions['scope'] = { namespaces: null },
  size = 64,
) {
  return read({ stdin: piped(Buffer.from(text), size), scope })
}

export const readJson = (document: unknown, scope?: DumpOptions['scope']) =>
  readText(JSON.stringify(document), scope)

async function* piped(bytes = Buffer.alloc(0), size = 64): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}
