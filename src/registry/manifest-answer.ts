/** Reads the status and headers of an answer about a manifest. Headers are hostile: only what has the expected shape is taken. */

import type { RegistryAnswer } from './connection.ts'
import type { ManifestReference } from './outcome.ts'
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

/** The part of a header that matches the expected shape, or null: headers are hostile. */
function plain(header: string | string[] | undefined, shape: RegExp): string | null {
  return typeof header === 'string' ? (shape.exec(header)?.[0] ?? null) : null
}
