/** Cuts at the door what nobody could read: whoever writes an event, an image's name or an owner's decides how long it is. */

import { redactMessage } from './redact-message.ts'
import { text } from './shape.ts'

/** In characters. The kubelet's longest errors have some thousands. */
const LONGEST_MESSAGE = 64 * 1024
/** Kubernetes' own names end at 253, image references at some 500. */
const LONGEST_NAME = 1024
const CUT = ' […] '

/** A message without secrets. Of one that is too long both ends are kept: it begins with what was done, and ends with why it failed. */
export function narrowMessage(value: unknown): string {
  const clean = redactMessage(text(value))
  if (clean.length <= LONGEST_MESSAGE) return clean
  const half = (LONGEST_MESSAGE - CUT.length) / 2
  return `${clean.slice(0, Math.floor(half))}${CUT}${clean.slice(-Math.floor(half))}`
}

/** A name; one that is too long ends in an ellipsis, and so is nobody's. */
export function narrowName(value: unknown): string {
  const name = text(value)
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}…`
}
