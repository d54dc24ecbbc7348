/** The words of an image whose name has no registry, where none of the registries that the node searches gave it. */

import { clueOf, hasClue } from '../../diagnosis/clues/clue.ts'
import type { Finding } from '../../diagnosis/finding.ts'
import { joinList } from './nouns.ts'

/** Whether the node asked other registries than the one that the name means to Kubernetes. */
export function isSearched({ clues }: Pick<Finding, 'clues'>): boolean {
  return hasClue(clues, 'searched')
}

/** The registries that the node asked, as far as its text names them. */
export function searchedHosts({ clues }: Pick<Finding, 'clues'>): string[] {
  return clueOf(clues, 'searched')?.hosts ?? []
}

type Searched = Pick<Finding, 'clues' | 'host'>

export const SEARCHED = {
  title: ({ image }: Pick<Finding, 'image'>) => `The node found no registry that gives it ${image}`,
  meaning: (finding: Searched) => {
    const isOne = searchedHosts(finding).length === 1
    return `${askedFor(finding)}: ${isOne ? 'it does not have' : 'none of them has'} the image, or ${isOne ? 'it hides' : 'they hide'} it from this pull.${lastOnly(finding)}`
  },
}

/** Returns why another registry than Docker Hub failed, as sentences; empty if none was searched. */
export function searchText(finding: Searched & Pick<Finding, 'endpoint'>): string {
  const isNamed = isSearched(finding) && finding.endpoint !== null
  return isNamed ? `${askedFor(finding)}.${lastOnly(finding)}` : ''
}

function askedFor(finding: Searched): string {
  const hosts = joinList(searchedHosts(finding))
  const isCertain = clueOf(finding.clues, 'searched')?.certain === true
  return isCertain
    ? `The name has no registry, so the runtime asked ${hosts}, as its settings for short names say`
    : `The name has no registry, and the node's settings led to ${hosts}, either as one of the registries that it searches for such names or in place of Docker Hub`
}

/**
 * CRI-O keeps the error of the last full name that it tried, and writes the others into its debug log only (server/image_pull.go); its packages
 * set Docker Hub and then Quay (cri-o/packaging#301).
 */
function lastOnly(finding: Searched): string {
  const hosts = searchedHosts(finding)
  if (finding.host.runtime !== 'cri-o' || hosts.length !== 1) return ''
  return hosts[0] === 'quay.io'
    ? ' CRI-O reports only the last error of its search: if it asked Docker Hub before, as its packages set it, Docker Hub failed as well, for example because of its rate limit.'
    : ' CRI-O reports only the last error of its search: if it asked others before, such as Docker Hub, they failed as well.'
}
