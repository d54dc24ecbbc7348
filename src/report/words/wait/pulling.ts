/** The words of pulls that are taking long: for how long, and that nothing has failed. */

import type { Diagnosis, LongPull } from '../../../diagnosis/finding.ts'
import { age } from '../duration.ts'
import { firstOf, pluralize, shortList } from '../nouns.ts'

export const PULLING_TITLE = 'Still pulling (not a failure):'

const MAX_IMAGES = 5

/** Returns one line per image, longest pull first; if there are many, ends with how many more there are. */
export function pullingTexts({ pulling, takenAt }: Pick<Diagnosis, 'pulling' | 'takenAt'>): string[] {
  const images = [...Map.groupBy(pulling, ({ image }) => image)]
  const shown = firstOf(images, MAX_IMAGES)
  const rest = images.length - shown.length
  return [
    ...shown.map(([image, pulls]) => `${image}: ${placesOf(pulls)}, pulling for ${longest(pulls, takenAt)}`),
    ...(rest > 0 ? [`… and ${pluralize(rest, 'more image')}`] : []),
  ]
}

/** Returns, for example, `1 image is still being pulled`; empty if there is none. */
export function pullingSentence(pulling: readonly LongPull[]): string {
  const images = new Set(pulling.map(({ image }) => image)).size
  if (images === 0) return ''
  return `${pluralize(images, 'image')} ${images === 1 ? 'is' : 'are'} still being pulled`
}

/** Returns, for example, `3m40s`. */
export function pullingFor(since: string, takenAt: string): string {
  return age(since, takenAt) ?? 'a while'
}

function placesOf(pulls: readonly LongPull[]): string {
  return shortList([...new Set(pulls.map(({ namespace, pod }) => `${namespace}/${pod}`))], 2)
}

function longest([first]: readonly LongPull[], takenAt: string): string {
  return pullingFor(first?.since ?? '', takenAt)
}
