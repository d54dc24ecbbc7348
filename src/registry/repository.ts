/** Reads answers about a repository: manifests, platforms, and tags. They are hostile, so only values of the expected shape are used. */

import { createHash } from 'node:crypto'
import { isTag } from '../image/reference.ts'
import { parseJsonObject, record } from '../json/json-object.ts'
import type { AuthorizedAnswer } from './authorized-requests.ts'
import type { RegistryAnswer } from './connection.ts'
import type { ManifestReference, Platform, TagsOutcome } from './outcome.ts'
import { isWebPage, problemOf } from './problem.ts'

/** Status and headers of an answer about a manifest. The digest is required today, but older registries omit it. */
export function readHead(answer: RegistryAnswer, reference: ManifestReference | null) {
  if (answer.status === 404) return { status: 'not-found' as const }
  if (answer.status !== 200) return problemOf(answer, 'registry')
  if (isWebPage(answer)) {
    const detail = `${answer.url.host} answered with a web page, not as a registry`
    return { status: 'server-error' as const, httpStatus: answer.status, detail, isWebPage: true as const }
  }
  const digest = headerPart(answer.headers['docker-content-digest'], /^[a-z0-9]+:[0-9a-f]{32,128}$/)
  const wanted = reference?.digest ?? null
  if (digest !== null && wanted !== null && digest !== wanted) return digestMismatch(answer)
  const mediaType = headerPart(answer.headers['content-type'], /^[\w.+-]+\/[\w.+-]+/)
  return { status: 'found' as const, digest, mediaType }
}

/** The problem that an answer's digest is not the requested one, or not that of its own body. */
export function digestMismatch(answer: RegistryAnswer) {
  const detail = `registry ${answer.url.host} answered with a different digest than it should`
  return { status: 'server-error' as const, httpStatus: answer.status, detail }
}

/** The part of a header that matches the expected shape, or null. */
function headerPart(header: string | string[] | undefined, shape: RegExp): string | null {
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
    const found = manifests.map(entry => platformOf(record(record(entry).platform)))
    return { platforms: found.filter(platform => platform !== null) }
  }
  const { digest } = record(config)
  return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) ? { configDigest: digest } : null
}

/** The platform that an image's configuration names. */
export function readConfig(body: Buffer): Platform[] {
  const platform = platformOf(parse(body))
  return platform === null ? [] : [platform]
}

/** `unknown/unknown` marks attestations (BuildKit), which no one runs. */
function platformOf({ os, architecture, variant }: Record<string, unknown>): Platform | null {
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === '' || architecture === '')
    return null
  if (os === 'unknown') return null
  return { os, architecture, variant: typeof variant === 'string' && variant !== '' ? variant : null }
}

function parse(body: Buffer): Record<string, unknown> {
  return parseJsonObject(body.toString('utf8')) ?? {}
}

export interface TagPages {
  /** Maximum number of pages to read. */
  most: number
  /** Only tags that sort after this one, which need not exist. */
  after?: string
}

/** Tags per request: the most that Amazon's registry accepts. */
const PAGE_SIZE = 1000

/** The tags; if a later page fails, those before it. `ask` sends a GET of a path below the registry's URL. */
export async function listTags(
  ask: (path: string) => Promise<AuthorizedAnswer>,
  repository: string,
  { most, after }: TagPages,
): Promise<TagsOutcome> {
  const last = after === undefined ? '' : `&last=${encodeURIComponent(after)}`
  const first = await ask(`/v2/${repository}/tags/list?n=${PAGE_SIZE}${last}`)
  if ('problem' in first) return { ...first.requestedAs, ...first.problem }
  if (first.answer.status !== 200) return { ...first.requestedAs, ...failure(first.answer) }
  const tags = tagsIn(first.answer)
  let link = nextLink(first.answer)
  for (let page = 1; link !== null && page < most; page += 1) {
    const path = pathOf(link, first.answer)
    const asked = path === null ? null : await ask(path)
    if (asked === null || 'problem' in asked || asked.answer.status !== 200) break
    for (const tag of tagsIn(asked.answer)) tags.push(tag)
    const next = nextLink(asked.answer)
    if (next === link) break
    link = next
  }
  return { ...first.requestedAs, status: 'found', tags, complete: link === null }
}

function failure(answer: RegistryAnswer) {
  if (answer.status !== 404) return problemOf(answer, 'registry')
  return { status: 'not-found' as const, code: registryErrorCode(answer) }
}

/** The names that are valid tags; anything else in the answer may be hostile. `tags` may be null. */
function tagsIn(answer: RegistryAnswer): string[] {
  const { tags } = parse(answer.body)
  if (!Array.isArray(tags)) return []
  return tags.filter(tag => typeof tag === 'string' && isTag(tag))
}

/** The target of `Link: </v2/a/b/tags/list?last=x&n=1000>; rel="next"`; null on the last page. */
function nextLink({ headers }: RegistryAnswer): string | null {
  const link = [headers.link ?? ''].flat().join(',')
  for (const [, target = '', parameters = ''] of link.matchAll(
    /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:=(?:"[^"]*"|[^\s;,]*))?)*)/g,
  )) {
    const [, quoted, plain] = /;\s*rel=(?:"([^"]*)"|([^\s;,]*))/i.exec(parameters) ?? []
    if ((quoted ?? plain ?? '').toLowerCase().split(/\s+/).includes('next')) return target
  }
  return null
}

/** Only the path on the same origin: a token is sent with it. */
function pathOf(link: string, { url, crossedOrigin }: RegistryAnswer): string | null {
  if (crossedOrigin || !URL.canParse(link, url.href)) return null
  const target = new URL(link, url)
  return target.origin === url.origin ? target.pathname + target.search : null
}

function registryErrorCode(answer: RegistryAnswer): string | null {
  const { errors } = parse(answer.body)
  const [first] = Array.isArray(errors) ? errors : []
  const code: unknown = first?.code
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? code : null
}
