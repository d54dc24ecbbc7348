/** Redacts foreign text and limits its length: messages, names, and names of images. */

import { redact } from './redact.ts'

/** In characters. The kubelet's longest errors have a few thousand. */
const MAX_MESSAGE_LENGTH = 64 * 1024
/** In characters. Kubernetes' own names have at most 253, image references around 500. */
const MAX_NAME_LENGTH = 1024
const CUT = ' […] '

/** Returns a message without secrets. If it is too long, both ends are kept: what was attempted, and why it failed. */
export function narrowMessage(value: unknown): string {
  const clean = redactMessage(typeof value === 'string' ? value : '')
  if (clean.length <= MAX_MESSAGE_LENGTH) return clean
  const half = (MAX_MESSAGE_LENGTH - CUT.length) / 2
  return `${clean.slice(0, Math.floor(half))}${CUT}${clean.slice(-Math.floor(half))}`
}

/** Returns a name. One that is too long is cut and ends in an ellipsis, so that it matches no object. */
export function narrowName(value: unknown): string {
  const name = typeof value === 'string' ? value : ''
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`
}

const DIGEST = /sha256:[0-9a-f]{64}/g
/** Replaces every digest in a cached message: patterns of secrets treat all digests alike. */
const ANY_DIGEST = `sha256:${'0'.repeat(64)}`

/** Messages with their digests replaced, from which nothing has to be redacted. */
const harmless = new Set<string>()
const MAX_SENTENCES = 2000

/** Like `redact`, with a cache. */
export function redactMessage(text: string): string {
  const sentence = text.replace(DIGEST, ANY_DIGEST)
  if (harmless.has(sentence)) return text
  if (redact(sentence) !== sentence) return redact(text)
  if (harmless.size >= MAX_SENTENCES) harmless.clear()
  harmless.add(sentence)
  return text
}

/**
 * Returns the name, with a login in an invalid name redacted: `user:password@registry/app`, with or without a scheme. Valid names have no
 * slash after an @.
 */
export function narrowImageName(value: unknown): string {
  const image = narrowName(value)
  return image.includes('://') || /:[^@]*@[^@]*\//.test(image) ? redact(image) : image
}
