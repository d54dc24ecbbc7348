/** Reads the platforms that an image was built for, from an index or from an image's configuration. */

import { createHash } from 'node:crypto'
import type { Platform } from './outcome.ts'

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
