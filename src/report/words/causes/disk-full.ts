/** The words of pulls that found no room on the node, on its disk or in its memory. */

import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { CauseWords } from '../cause-words.ts'
import type { Findings } from '../step-words.ts'

export const diskFull: CauseWords = {
  short: ({ findings: [{ clues }] }) =>
    hasClue(clues, 'memory')
      ? 'nodes without free memory'
      : hasClue(clues, 'disk-quota')
        ? 'disk quotas that are used up'
        : 'full disks',
  title: ({ findings, findings: [{ clues, node }] }) => {
    const nodes = new Set(findings.map(finding => finding.node)).size
    const one = node === null ? 'A node' : `Node ${node}`
    const say = (ofOne: string, ofSeveral: string) => (nodes === 1 ? ofOne : ofSeveral)
    if (hasClue(clues, 'pull-records'))
      return say(
        `The kubelet ${node === null ? '' : `on node ${node} `}has no room to record that it pulls the image`,
        `The kubelets of ${nodes} nodes have no room to record their pulls`,
      )
    if (hasClue(clues, 'memory'))
      return say(
        `${one} has no memory left to unpack the image`,
        `${nodes} nodes have no memory for their images`,
      )
    if (hasClue(clues, 'disk-quota')) return `${say(one, `${nodes} nodes`)} reached a disk quota`
    return say(`${one} has no room for the image`, `${nodes} nodes have no room for their images`)
  },
  meaning: ({ findings, findings: [{ clues }] }) => {
    if (hasClue(clues, 'memory'))
      return 'Memory ran out while the layers were written or unpacked; the error says nothing about the disk.'
    const full = clueOf(clues, 'full-disk-path')
    if (hasClue(clues, 'pull-records'))
      return `Before a pull, the kubelet (from Kubernetes 1.33 on) records that it is starting one, and its file system${full === undefined ? '' : `, that of ${full.path},`} had no space or inodes left for that: no registry was asked, and nothing was downloaded.`
    if (hasClue(clues, 'disk-quota'))
      return `A quota ${full === undefined ? "on the runtime's image storage" : `on ${full.path}`}, or of the user or project that it belongs to, was used up while the layers were ${full?.temporary ? 'downloaded or unpacked there' : 'written'}: the file system itself may have free space.`
    const more = pressure(findings)
    return full === undefined
      ? `The runtime's image storage is out of space, inodes, or memory.${more}`
      : `The file system of ${full.path} ran out of space or inodes while the layers were ${full.temporary ? 'downloaded or unpacked there' : 'written'}.${more}`
  },
}

/** Returns what all these nodes say of their disks, as sentences; empty if they say nothing (kubernetes.io, node-pressure-eviction). */
function pressure(findings: Findings): string {
  const clues = findings.map(finding => clueOf(finding.clues, 'disk-pressure'))
  const one = new Set(findings.map(({ node }) => node)).size === 1
  const now = clues.every(clue => clue?.past === false)
    ? ` ${one ? 'The node reports' : 'The nodes report'} DiskPressure: the kubelet removes unused images and evicts pods until there is space.`
    : ''
  const inUse = clues.every(clue => clue?.imagesInUse === true)
    ? ` By ${one ? 'its' : 'their'} events, the kubelet has already tried to free space, and found too few unused images: something else fills the disk, or images that are in use.`
    : ''
  return `${now}${inUse}`
}
