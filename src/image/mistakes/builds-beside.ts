/** Finds what images that run say of a missing one: where the build is that its tag names, and which tag its repository has. */

import { compareText } from '../../order.ts'
import { DOCKER_HUB } from '../docker-hub.ts'
import { fullRepository, type Reference } from '../reference.ts'

/** Another image of the same project and build, at another registry. */
export interface BuildBeside {
  /** The name that the missing image has at that registry. */
  name: string
  /** The image that runs, without its tag. */
  beside: string
}

/** Tags that name one build: a commit, or a number of six digits and more, such as a date with a time. */
const OF_BUILD = /(?:^|[-._])(?=[a-f]{0,39}\d)[0-9a-f]{7,40}(?:$|[-._])|\d{6}/

/** Whether images with this tag are most likely from one run of a build system. */
export function namesBuild(tag: string): boolean {
  return OF_BUILD.test(tag)
}

/** Returns where the build is by the known images with its tag; null if they show no other registry, or several. */
export function buildBeside(
  { registry, repository, tag }: Reference,
  withTag: readonly Reference[],
): BuildBeside | null {
  const folder = repository.slice(0, repository.lastIndexOf('/') + 1)
  // Docker Hub's official images are from many projects, and their tags often have dates.
  const isOfficial = registry === DOCKER_HUB && folder === 'library/'
  if (tag === null || folder === '' || isOfficial || !namesBuild(tag)) return null
  const found = withTag.filter(other => other.repository.startsWith(folder))
  const [first] = found
  if (first === undefined || found.some(other => other.registry !== first.registry)) return null
  return first.registry === registry
    ? null
    : { name: `${first.registry}/${repository}:${tag}`, beside: fullRepository(first) }
}

/** Returns the tag of these images of one repository that begins most like a missing one; null if the start that they share is less than half of that one. */
export function tagBeside(tag: string, ofRepository: readonly Reference[]): string | null {
  const tags = ofRepository.flatMap(other => other.tag ?? [])
  const ranked = [...new Set(tags)]
    .filter(other => other !== tag)
    .map(other => ({ other, shared: sharedStart(tag, other) }))
    .sort((a, b) => b.shared - a.shared || compareText(a.other, b.other))
  const [best] = ranked
  return best !== undefined && best.shared * 2 >= best.other.length ? best.other : null
}

function sharedStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
}
