/** The words of downloads that the runtime discarded, as what arrived is not what was announced. */

import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { formatNumber } from '../nouns.ts'

/** Whether more bytes arrived than were announced, so nothing was cut off. */
export function isMore({ clues }: Pick<Finding, 'clues'>): boolean {
  const { bytes = 0, of = null } = clueOf(clues, 'arrived') ?? {}
  return of !== null && bytes > of
}

export function isEmpty({ clues }: Pick<Finding, 'clues'>): boolean {
  return clueOf(clues, 'arrived')?.bytes === 0
}

/** Whether containerd read nothing of what it has, so that the error does not show what was sent. */
export function isUnread({ clues }: Pick<Finding, 'clues'>): boolean {
  return clueOf(clues, 'kept-download')?.unread === true
}

/** Whether containerd checks what it has again, without another download. */
export function isCheckedAgain(finding: Pick<Finding, 'clues'>): boolean {
  const { clues } = finding
  return hasClue(clues, 'kept-download') && (!hasClue(clues, 'arrived') || isMore(finding))
}

/** Docker, and containerd's name for the same blob. */
const OF_CONFIG = /\bimage config verification failed\b|\bconfig-sha\d+:/i

/** Returns which part of the image was downloaded. */
function partOf({ clues, evidence }: Pick<Finding, 'clues' | 'evidence'>): string {
  if (hasClue(clues, 'other-manifest')) return 'the manifest'
  return OF_CONFIG.test(evidence?.text ?? '') ? 'the configuration' : 'a layer'
}

/** containerd's words for a wrong size; its next attempt continues where the file ends. */
const OF_CONTAINERD = /\bfailed size validation\b|\bunexpected commit size\b/i

/** Returns the words for a download that failed its check, by what arrived. */
export function downloadWords(finding: Pick<Finding, 'clues' | 'evidence'>): {
  title: string
  meaning: string
} {
  const { clues, evidence } = finding
  const part = partOf(finding)
  const arrived = clueOf(clues, 'arrived')
  const discarded = OF_CONTAINERD.test(evidence?.text ?? '')
    ? isMore(finding)
      ? 'containerd keeps all of it, and the next attempt fails over that without a download, until it is removed.'
      : 'containerd keeps what it has of it for the next attempt.'
    : 'The runtime discarded it, so there is nothing to remove on the node.'
  const kept = clueOf(clues, 'kept-download')
  if (kept !== undefined && arrived === undefined)
    return {
      title: `The download of ${part} of the image does not match its digest`,
      meaning: `What the node has of ${part} is as long as announced, but does not match its digest: ${kept.unread ? 'the digest in the error, e3b0c442…, is that of no data at all, which hints at the rest of an earlier attempt that containerd did not read again; an answer without content ends in another error' : 'the download was changed on its way, parts of several attempts were joined, or the image is damaged in the registry'}. containerd keeps these bytes after the error, and the next attempt may check them again without a download, so the error can outlast its reason. If other nodes pull the image, what this one keeps is most likely at fault.`,
    }
  if (arrived?.bytes === 0)
    return {
      title: `The download of ${part} of the image was empty`,
      meaning: `Not a single byte of ${part} arrived${arrived.of === null ? ' (the error gives the digest of an empty file, e3b0c442…)' : ` (0 of ${formatNumber(arrived.of)})`}: a proxy, a filter, or a mirror between the node and the registry most likely answered without content. There is nothing to remove on the node.`,
    }
  if (arrived?.of != null && arrived.bytes > arrived.of)
    return {
      title: `The download of ${part} of the image brought more than was announced`,
      meaning: `${formatNumber(arrived.bytes)} bytes of ${part} arrived, where ${formatNumber(arrived.of)} were announced: nothing is damaged, but the registry, or a cache or proxy in between, sent more than the runtime asked for. ${discarded}`,
    }
  if (arrived?.of != null)
    return {
      title: `The download of ${part} of the image was cut off`,
      meaning: `${formatNumber(arrived.bytes)} bytes of ${part} arrived, where ${formatNumber(arrived.of)} were announced: something between the node and the registry cut off or changed the download. ${discarded}`,
    }
  return {
    title: `The download of ${part} of the image does not match its digest`,
    meaning: `What arrived of ${part} is not what the registry announced: the download was cut off or changed on its way, or the image is damaged in the registry. ${discarded}`,
  }
}
