/** Names that go on after their tag or digest, as where a chart adds a tag to a value that has one, or that write a digest like a tag. */

import { readReference } from '../reference.ts'
import { dateWithTime } from './timestamp-tag.ts'

/** What is wrong at the end of a name, and the name without it. */
export interface SurplusTag {
  /** Two tags; one after a digest; a colon with nothing after it; a digest after a colon; or the time after a date that is the tag. */
  kind: 'two-tags' | 'after-digest' | 'colon' | 'digest-as-tag' | 'timestamp'
  /** The name up to its tag or digest. */
  repository: string
  /** What belongs to the name, without the sign before it. */
  kept: string
  /** What follows it; the same as `kept` if that is there twice, and empty for a colon. */
  surplus: string
  /** The correct name; null for two different tags, either of which may be meant. */
  correct: string | null
}

const TAG = '\\w[\\w.-]{0,127}'
const DIGEST = '(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})'
const DIGEST_AS_TAG = new RegExp(`^(?<name>[^:@]*):(?<kept>${DIGEST})$`)
const AFTER_DIGEST = new RegExp(`^(?<name>[^:@]*)(?<tag>:${TAG})?@(?<kept>${DIGEST}):(?<surplus>${TAG})?$`)
const WITH_COLONS = new RegExp(`^(?<name>[^:@]*):(?<tag>[^@]{1,60})(?<digest>@${DIGEST})?$`)
const AFTER_TAG = new RegExp(
  `^(?<name>[^:@]*):(?!sha(?:256|512):)(?<kept>${TAG}):(?<surplus>${TAG})?(?<digest>@${DIGEST})?$`,
)

/** What the name has after its tag or digest, if it is correct without that; null for any other name. */
export function surplusTag(image: string): SurplusTag | null {
  const slash = image.lastIndexOf('/') + 1
  const found = atEnd(image.slice(slash))
  if (found === null) return null
  const { name, correct, ...rest } = found
  // A host with its port is not a repository.
  if (slash === 0 && (name.includes('.') || name === 'localhost')) return null
  const path = image.slice(0, slash)
  const surplus = {
    ...rest,
    repository: `${path}${name}`,
    correct: correct === null ? null : `${path}${correct}`,
  }
  return 'refused' in readReference(surplus.correct ?? `${surplus.repository}:${rest.kept}`) ? null : surplus
}

type Ending = Omit<SurplusTag, 'repository'> & { name: string }

/** The same for what follows the last slash. */
function atEnd(last: string): Ending | null {
  const asTag = DIGEST_AS_TAG.exec(last)?.groups
  if (asTag !== undefined) {
    const { name = '', kept = '' } = asTag
    return { kind: 'digest-as-tag', name, kept, surplus: '', correct: `${name}@${kept}` }
  }
  const afterDigest = AFTER_DIGEST.exec(last)?.groups
  if (afterDigest !== undefined) {
    const { name = '', tag = '', kept = '', surplus = '' } = afterDigest
    return {
      kind: surplus === '' ? 'colon' : 'after-digest',
      name,
      kept,
      surplus,
      correct: `${name}${tag}@${kept}`,
    }
  }
  const timestamp = atTimestamp(last)
  if (timestamp !== null) return timestamp
  const afterTag = AFTER_TAG.exec(last)?.groups
  if (afterTag === undefined) return null
  const { name = '', kept = '', surplus = '', digest = '' } = afterTag
  const isKnown = surplus === '' || surplus === kept
  return {
    kind: surplus === '' ? 'colon' : 'two-tags',
    name,
    kept,
    surplus,
    correct: isKnown ? `${name}:${kept}${digest}` : null,
  }
}

function atTimestamp(last: string): Ending | null {
  const { name = '', tag = '', digest = '' } = WITH_COLONS.exec(last)?.groups ?? {}
  const found = dateWithTime(tag)
  if (found === null) return null
  const { date, time } = found
  return { kind: 'timestamp', name, kept: date, surplus: time, correct: `${name}:${date}${digest}` }
}
