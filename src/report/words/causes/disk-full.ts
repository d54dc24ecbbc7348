/** The words of pulls that found no room on the node, on its disk or in its memory. */

import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { CauseWords } from '../cause-words.ts'

export const diskFull: CauseWords = {
  short: ({ findings: [{ clues }] }) =>
    hasClue(clues, 'memory')
      ? 'nodes without free memory'
      : hasClue(clues, 'disk-quota')
        ? 'disk quotas that are used up'
        : 'full disks',
  title: ({ findings }) => {
    const [node, ...others] = new Set(findings.map(finding => finding.node))
    if (hasClue(findings[0].clues, 'pull-records'))
      return others.length > 0
        ? `The kubelets of ${others.length + 1} nodes have no room to record their pulls`
        : `The kubelet ${node == null ? '' : `on node ${node} `}has no room to record that it pulls the image`
    if (hasClue(findings[0].clues, 'memory'))
      return others.length > 0
        ? `${others.length + 1} nodes have no memory for their images`
        : `${node == null ? 'A node' : `Node ${node}`} has no memory left to unpack the image`
    if (hasClue(findings[0].clues, 'disk-quota'))
      return others.length > 0
        ? `${others.length + 1} nodes reached a disk quota`
        : `${node == null ? 'A node' : `Node ${node}`} reached a disk quota`
    if (others.length > 0) return `${others.length + 1} nodes have no room for their images`
    return node == null ? 'A node has no room for the image' : `Node ${node} has no room for the image`
  },
  meaning: ({ findings: [{ clues }] }) => {
    if (hasClue(clues, 'memory'))
      return 'Memory ran out while the layers were written or unpacked; the error says nothing about the disk.'
    const full = clueOf(clues, 'full-disk-path')
    if (hasClue(clues, 'pull-records'))
      return `Before a pull, the kubelet (from Kubernetes 1.33 on) records that it is starting one, and its file system${full === undefined ? '' : `, that of ${full.path},`} had no space or inodes left for that: no registry was asked, and nothing was downloaded.`
    if (hasClue(clues, 'disk-quota'))
      return `A quota ${full === undefined ? "on the runtime's image storage" : `on ${full.path}`}, or of the user or project that it belongs to, was used up while the layers were ${full?.temporary ? 'downloaded or unpacked there' : 'written'}: the file system itself may have free space.`
    return full === undefined
      ? "The runtime's image storage is out of space, inodes, or memory."
      : `The file system of ${full.path} ran out of space or inodes while the layers were ${full.temporary ? 'downloaded or unpacked there' : 'written'}.`
  },
}
