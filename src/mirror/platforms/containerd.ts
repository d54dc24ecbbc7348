/** containerd from packages: hosts.toml in /etc/containerd/certs.d, read at every pull (containerd's docs/hosts.md, docs/cri/config.md). */

import type { GroupSetup, MirrorTarget, NodeGroup, NodeSetup, PlatformRule } from '../setup.ts'
import {
  askMirror,
  CERTS_D,
  configPath,
  containerdNotes,
  deadMirrorDelay,
  hostsFiles,
  isTooOld,
  sampleImage,
} from './hosts-toml.ts'

/** The setup for any node whose containerd reads this folder. */
export function containerdSetup(
  target: MirrorTarget,
  group: NodeGroup,
  own: Partial<NodeSetup> & { folder?: string; pull?: string } = {},
): GroupSetup {
  if (isTooOld(group)) return { unsupported: 'too-old' }
  const { folder = CERTS_D, pull = 'crictl pull', notes = [], ...more } = own
  const files = hostsFiles(target, group, folder.includes('\\') ? `${folder}\\` : `${folder}/`)
  return {
    files,
    delivery: 'copy',
    put: [],
    effect: 'at-once',
    activate: null,
    check: [askMirror(target, files), { on: 'node', line: `${pull} ${sampleImage(target)}` }],
    deadMirrorDelay: deadMirrorDelay(target, group),
    login: 'pod-secrets',
    ...more,
    notes: [...notes, ...containerdNotes(target, group)],
  }
}

export const containerd: PlatformRule = (target, group) =>
  containerdSetup(target, group, { notes: [configPath(group, CERTS_D)] })
