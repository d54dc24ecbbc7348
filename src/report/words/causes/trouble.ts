/** The words of trouble that time or room may heal: the node's disk, the registry's servers, a pull that was given up. */

import { shellWord } from '../../escape.ts'
import { onNode, pullByHand } from '../commands.ts'
import { type CauseWords, RegistryName, registryName } from '../told.ts'

export const diskFull: CauseWords = {
  short: () => 'full disks',
  title: ({ findings }) => {
    const [node, ...others] = new Set(findings.map(finding => finding.node))
    if (others.length > 0) return `${others.length + 1} nodes have no room for their images`
    return node == null ? 'A node has no room for the image' : `Node ${node} has no room for the image`
  },
  meaning: () => 'There is no space, no inode or no memory left where the runtime keeps its layers.',
  next: ({ findings: [first] }) => [
    {
      say: `Remove images that nothing uses ${onNode(first)}`,
      command: 'crictl rmi --prune',
      where: onNode(first),
    },
    {
      say: 'See what fills it (space, then inodes)',
      command: 'df -h /var/lib/containerd; df -i /var/lib/containerd',
      where: onNode(first),
    },
    ...(first.node === null
      ? []
      : [
          {
            say: 'See what the kubelet thinks of its disk',
            command: `kubectl describe node ${shellWord(first.node)}`,
          },
        ]),
  ],
}

export const registryServerError: CauseWords = {
  short: ({ findings: [{ registry }] }) => `errors of ${registryName(registry)}`,
  title: ({ findings: [{ registry }] }) => `${RegistryName(registry)} answers with a server error`,
  meaning: () =>
    "The registry, or what it stands on, is in trouble; nothing is wrong with the pod's image or credential.",
  next: ({ findings: [first] }) => [
    first.registry === 'docker.io'
      ? { say: "See Docker Hub's status at www.dockerstatus.com; the kubelet tries again every five minutes" }
      : {
          say: `See the status or the log of ${registryName(first.registry)}; the kubelet tries again every five minutes`,
        },
    pullByHand(first),
  ],
}

export const canceledOrDeadline: CauseWords = {
  short: () => 'pulls that were given up',
  title: () => 'The pull was given up before it was done',
  meaning: () =>
    'It made no progress for too long, or the runtime was restarted; often a large image over a slow line.',
  next: ({ findings: [first] }) => [
    pullByHand(first),
    {
      say: "If it is only slow, raise image_pull_progress_timeout in containerd's configuration, or make the image smaller",
    },
  ],
}
