/** Commands for what the kernel of a node says: its log, what its security modules denied, and its file systems. */

import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { releaseOf, talosctl } from './node.ts'

/** Returns the command for the kernel's newest messages. */
export function kernelLog({ platform }: PullingNode): string {
  return platform === 'talos' ? talosctl('dmesg') : 'dmesg -T | tail -n 50'
}

/** Returns the command that lists the file systems that the kernel supports. */
export function fileSystemsCommand({ platform }: PullingNode): string {
  return platform === 'talos' ? talosctl('read /proc/filesystems') : 'cat /proc/filesystems'
}

/** Returns the command that shows what security modules denied; auditd, where it runs, has it instead of the kernel's log. */
export function denialsCommand({ platform }: PullingNode): string {
  const search = "grep -iE 'avc:|apparmor='"
  if (platform === 'talos') return `${talosctl('dmesg')} | ${search}`
  const ofKernel = `journalctl -k --since -1h | ${search}`
  return platform === 'bottlerocket' ? ofKernel : `${ofKernel}; ausearch -m avc -ts recent`
}

/** Whether the runtime gives up at an extended attribute that the kernel refuses: later versions leave it out, as Docker does (containerd/containerd#7094). */
export function failsAtAttributes({ runtime, version }: PullingNode): boolean {
  const [major, minor] = releaseOf(version)
  return runtime === 'containerd' && major === 1 && minor < 7
}
