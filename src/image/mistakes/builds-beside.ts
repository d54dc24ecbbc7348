/** Finds where the build that a missing image's tag names is, by images that run with the same tag. */

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

/** Returns where the build is by the known images; null if they show no other registry, or several. */
export function buildBeside(
  { registry, repository, tag }: Reference,
  known: readonly Reference[],
): BuildBeside | null {
  const folder = repository.slice(0, repository.lastIndexOf('/') + 1)
  if (tag === null || folder === '' || !namesBuild(tag)) return null
  const found = known.filter(other => other.tag === tag && other.repository.startsWith(folder))
  const [first] = found
  if (first === undefined || found.some(other => other.registry !== first.registry)) return null
  return first.registry === registry
    ? null
    : { name: `${first.registry}/${repository}:${tag}`, beside: fullRepository(first) }
}
