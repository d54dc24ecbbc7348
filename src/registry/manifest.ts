/** Reads answers about a manifest: status and headers, and the platforms that the image was built for. Headers are hostile: only what has the expected shape is taken. */

import { createHash } from 'node:crypto'
import type { RegistryAnswer } from './connection.ts'
import type { ManifestReference, Platform } from './outcome.ts'
import { problemOf } from './problem.ts'

/** Status and headers of an answer about a manifest. The digest is a MUST today, but older registries leave it out. */
export function readHead(answer: RegistryAnswer, reference: ManifestReference | null) {
  if (answer.status === 404) return { status: 'not-found' as const }
  if (answer.status !== 200) return problemOf(answer, 'registry')
  const digest = plain(answer.headers['docker-content-digest'], /^[a-z0-9]+:[0-9a-f]{32,128}$/)
  const wanted = reference?.digest ?? null
  if (digest !== null && wanted !== null && digest !== wanted) return digestMismatch(answer)
  const mediaType = plain(answer.headers['content-type'], /^[\w.+-]+\/[\w.+-]+/)
  return { status: 'found' as const, digest, mediaType }
}

/** The registry declares another digest than the one that was asked for, or than its own answer has. */
export function digestMismatch(answer: RegistryAnswer) {
  const detail = `registry ${answer.url.host} answered with another digest than it should`
  return { status: 'server-error' as const, httpStatus: answer.status, detail }
}

/** The part of a header that matches the expected shape, or null. */
function plain(header: string | string[] | undefined, shape: RegExp): string | null {
  return typeof header === 'string' ? (shape.exec(header)?.[0] ?? null) : null
}

/** The manifest types to accept; without them, some registries answer in schema 1. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** The digest of the bytes, in the form `sha256:…`. */
export function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** The platforms of an index, or the digest of a single image's configuration, which has its platform; null if it is neither. */
export function readManifest(body: Buffer): { platforms: Platform[] } | { configDigest: string } | null {
  const { manifests, config } = parse(body)
  if (Array.isArray(manifests)) {
    const found = manifests.map(entry => platformOf(asObject(asObject(entry).platform)))
    return { platforms: found.filter(platform => platform !== null) }
  }
  const { digest } = asObject(config)
  return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) ? { configDigest: digest } : null
}

/** The platform that an image's configuration names. */
export function readConfig(body: Buffer): Platform[] {
  const platform = platformOf(parse(body))
  return platform === null ? [] : [platform]
}

/** `unknown/unknown` marks attestations (BuildKit), which nobody runs. */
function platformOf({ os, architecture, variant }: Record<string, unknown>): Platform | null {
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === '' || architecture === '')
    return null
  if (os === 'unknown') return null
  return { os, architecture, variant: typeof variant === 'string' && variant !== '' ? variant : null }
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    return asObject(JSON.parse(body.toString('utf8')))
  } catch {
    return {}
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {}
}
