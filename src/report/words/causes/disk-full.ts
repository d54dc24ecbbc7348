/** The words of pulls that found no room on the node, on its disk or in its memory. */

import { type CauseWords, hasClue } from '../cause-words.ts'

export const diskFull: CauseWords = {
  short: context => (hasClue(context, 'memory') ? 'nodes without free memory' : 'full disks'),
  title: context => {
    const [node, ...others] = new Set(context.findings.map(finding => finding.node))
    if (hasClue(context, 'memory'))
      return others.length > 0
        ? `${others.length + 1} nodes have no memory for their images`
        : `${node == null ? 'A node' : `Node ${node}`} has no memory left to unpack the image`
    if (others.length > 0) return `${others.length + 1} nodes have no room for their images`
    return node == null ? 'A node has no room for the image' : `Node ${node} has no room for the image`
  },
  meaning: ({ findings: [{ clues }] }) => {
    if (clues.some(({ code }) => code === 'memory'))
      return 'Memory ran out while the layers were written or unpacked; the error says nothing about the disk.'
    const full = clues.find(clue => clue.code === 'full-disk-path')
    return full === undefined
      ? "The runtime's image storage is out of space, inodes, or memory."
      : `The file system of ${full.path} ran out of space or inodes while the layers were ${full.temporary ? 'downloaded or unpacked there' : 'written'}.`
  },
}
