/** A pull-through cache as objects to apply: YAML with what to know as a comment, or one JSON list. */

import { stringify } from 'yaml'
import type { EmittedCache } from '../../mirror/cache.ts'
import type { MirrorFormat } from '../formats.ts'
import type { Invocation } from '../invocation.ts'
import { toJson } from '../machine/data.ts'
import { wrap } from '../screen/wrap.ts'
import { cacheNotes } from '../words/mirror/cache.ts'

const MEASURE = 100
const SEPARATOR = '---\n'

/** Text for `kubectl apply -f`. */
export function renderCaches(
  caches: readonly EmittedCache[],
  format: MirrorFormat,
  invocation: Invocation,
): string {
  if (format === 'json') {
    return toJson({ apiVersion: 'v1', kind: 'List', items: caches.flatMap(({ objects }) => objects) })
  }
  return caches
    .flatMap(({ cache, objects }) => [
      comment(cacheNotes(cache, invocation)),
      ...objects.map(object => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })),
    ])
    .join(SEPARATOR)
}

/** Prose is wrapped; an indented line is a command and stays whole. */
function comment(paragraphs: readonly string[]): string {
  const lines = paragraphs.flatMap(paragraph => [
    ...paragraph.split('\n').flatMap(line => (line.startsWith(' ') ? [line] : wrap(line, MEASURE))),
    '',
  ])
  return lines
    .slice(0, -1)
    .map(line => `${`# ${line}`.trimEnd()}\n`)
    .join('')
}
