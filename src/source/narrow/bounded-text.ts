/** Redacts and shortens foreign text as it is narrowed: whoever writes an event, an image or an owner decides how long its texts are. */

import { redact } from '../../secrecy/redact.ts'
import { text } from './shape.ts'

/** In characters. The kubelet's longest errors have some thousands. */
const MAX_MESSAGE_LENGTH = 64 * 1024
/** Kubernetes' own names end at 253, image references at some 500. */
const MAX_NAME_LENGTH = 1024
const CUT = ' […] '

/** A message without secrets. Of one that is too long both ends are kept: it begins with what was done, and ends with why it failed. */
export function narrowMessage(value: unknown): string {
  const clean = redactMessage(text(value))
  if (clean.length <= MAX_MESSAGE_LENGTH) return clean
  const half = (MAX_MESSAGE_LENGTH - CUT.length) / 2
  return `${clean.slice(0, Math.floor(half))}${CUT}${clean.slice(-Math.floor(half))}`
}

/** A name; one that is too long is cut and ends in an ellipsis, so that it matches no object. */
export function narrowName(value: unknown): string {
  const name = text(value)
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`
}

const DIGEST = /sha256:[0-9a-f]{64}/g
/** To every pattern of a secret one digest is as good as another. */
const ANY_DIGEST = `sha256:${'0'.repeat(64)}`

/** Sentences, any digest in them, of which nothing has to be taken out. */
const harmless = new Set<string>()
const MAX_SENTENCES = 2000

/** As `redact`. */
export function redactMessage(text: string): string {
  const sentence = text.replace(DIGEST, ANY_DIGEST)
  if (harmless.has(sentence)) return text
  if (redact(sentence) !== sentence) return redact(text)
  if (harmless.size >= MAX_SENTENCES) harmless.clear()
  harmless.add(sentence)
  return text
}
