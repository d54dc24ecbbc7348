/** Steps where the kernel or a known fault of a release, not the image or the disk, keeps the runtime from unpacking. */

import { clueOf } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { atLeast } from '../diagnosis/node/pulling-node.ts'
import { stepsIf } from './conditions.ts'
import type { Step } from './step/step.ts'

/** What the kernel refuses to a process without the capabilities that it needs, as in an unprivileged container. */
const PRIVILEGED = /\b(?:l?setxattr|mknod|whiteout|unshare|failed to mount)\b.{0,400}operation not permitted/i

/** containerd names most operations that fail, but not that it set an attribute of a file (containerd/containerd#7093, Azure/AKS#3330, ansible/creator-ee#84). */
const BARE = /\bfailed to extract layer sha256:[0-9a-f]{64}: operation not permitted\b/i

/** From 1.7 on, it leaves out attributes that the kernel refuses (containerd/containerd#7094). */
const mayBeAttribute = (host: Finding['host']) => host.runtime === 'containerd' && !atLeast(host, 1, 7)

/** The kernel, not the image or the disk, is in the way: a security module, too few rights, or what a new release of the runtime asks of it. */
export function refusalSteps({ clues, host, evidence }: Finding): Step[] {
  const log: Step = { code: 'runtime-log' }
  if (clueOf(clues, 'kernel-refuses')?.for === 'limit') return [{ code: 'raise-limits' }, log]
  if (host.os === 'windows') return [{ code: 'give-rights' }, log]
  // What the runtimes of these may do can't be changed.
  const isFixed = host.platform === 'bottlerocket' || host.platform === 'talos'
  const give = stepsIf(!isFixed, { code: 'give-rights' })
  const look: Step[] = [
    ...stepsIf(mayBeAttribute(host) && BARE.test(evidence?.text ?? ''), { code: 'file-attribute' }),
    { code: 'show-denials' },
    { code: 'compare-versions' },
  ]
  return PRIVILEGED.test(evidence?.text ?? '') ? [...give, ...look, log] : [...look, ...give, log]
}

/** What Docker 29.7 meets when it sets the mode of a file on a kernel without fchmodat2 (moby/moby#53298, #53299; moby/go-archive#98). */
const OPENED_TO_CHMOD =
  /\bopenat [^\s:]{1,300}: (?:operation not permitted|permission denied|no such file or directory)/i

/** Whether the kernel is known to have fchmodat2, which Linux has from 6.6 on. */
function setsModesItself({ kernel }: Finding['host']): boolean {
  return atLeast({ version: kernel }, 6, 6)
}

/** A release that is known to fail so, which comes before any search. */
export function knownFault({ host, clues, evidence }: Finding): Step[] {
  const { runtime, version, bottlerocket } = host
  const isDocker =
    runtime === 'docker' && (version === '29.7.0' || version === '29.7.1') && !setsModesItself(host)
  if (isDocker && OPENED_TO_CHMOD.test(evidence?.text ?? '')) return [{ code: 'known-fault', of: 'docker' }]
  // bottlerocket-os/bottlerocket#4798, bottlerocket-core-kit#894 and #895.
  const isRefused = clueOf(clues, 'kernel-refuses')?.for === 'rights'
  return stepsIf(isRefused && bottlerocket === '1.58.0', { code: 'known-fault', of: 'bottlerocket' })
}
