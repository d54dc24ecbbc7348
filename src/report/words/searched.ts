/** The words of an image whose name has no registry, where none of the registries that the node searches gave it. */

import type { Finding } from '../../diagnosis/finding.ts'
import { joinList } from './nouns.ts'

/** Whether the node asked other registries than the one that the name means to Kubernetes. */
export function isSearched({ clues }: Pick<Finding, 'clues'>): boolean {
  return clues.some(({ code }) => code === 'searched')
}

/** The registries that the node asked, as far as its text names them. */
export function searchedHosts({ clues }: Pick<Finding, 'clues'>): string[] {
  return clues.find(clue => clue.code === 'searched')?.hosts ?? []
}

export const SEARCHED = {
  title: ({ image }: Pick<Finding, 'image'>) => `The node found no registry that gives it ${image}`,
  meaning: (finding: Pick<Finding, 'clues'>) => {
    const hosts = searchedHosts(finding)
    return `The name has no registry, so the runtime asked ${joinList(hosts)}, as its settings for short names say: ${hosts.length === 1 ? 'it does not have' : 'none of them has'} the image, or ${hosts.length === 1 ? 'it hides' : 'they hide'} it from this pull.`
  },
}
