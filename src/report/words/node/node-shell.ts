/** How to get to a node, to run commands there. */

import type { Finding } from '../../../diagnosis/finding.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { type Invocation, kubectlCommand, ocCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import type { StepText } from '../step-words.ts'
import { enterMachine, isOfK3d, minikubeProfile, virtualMachineOf } from './local-clusters.ts'
import { noDebugPod } from './new-pods.ts'

/** Returns how to get a shell on the node. */
export function enterNode(
  invocation: Invocation,
  finding: Pick<Finding, 'node' | 'host' | 'clues' | 'containerKind' | 'endpoint'>,
): StepText {
  const { node, host } = finding
  if (node === null) return { text: 'Get a shell on the node' }
  const word = shellWord(node)
  const debugPod = (image: string | null, namespace?: string) =>
    kubectlCommand(
      invocation,
      `debug node/${word} -it --profile=sysadmin --image=${image === null ? '<image>' : shellWord(image)}`,
      namespace,
    )
  const { toolImage } = host
  const withImage =
    toolImage === null
      ? 'with an image that is already there and has a shell'
      : 'with an image that is already there'
  if (host.platform === 'kind' || isOfK3d(node))
    return {
      text: `Get a shell in the node's container (if ${host.platform === 'kind' ? 'kind runs on podman or nerdctl' : 'k3d runs on podman'}, with that instead of docker)`,
      command: `docker exec -it ${word} ${host.platform === 'kind' ? 'bash' : 'sh'}`,
    }
  if (host.platform === 'minikube')
    return { text: 'Get a shell on the node', command: `minikube ssh${minikubeProfile(node)} -n ${word}` }
  const machine = enterMachine(node)
  if (machine !== null)
    return { text: 'Get a shell in the virtual machine that is the node', command: machine }
  const noPod = noDebugPod(finding)
  if (noPod !== null && host.virtual !== 'autopilot') return withoutPod(node, host, noPod)
  if (host.platform === 'talos')
    return {
      text: "Run the commands for the node in a debug pod, which shares the node's network, with an image that has their tools (curl, openssl, getent, ss), such as netshoot: Talos nodes have no shell; delete the pod afterward",
      command: debugPod(toolImage !== null && HAS_TOOLS.test(toolImage) ? toolImage : null, 'kube-system'),
    }
  if (host.virtual === 'fargate')
    return {
      text: 'Run the commands for the node in a pod of the same Fargate profile (the same namespace and labels, so it has the same subnets and security groups), with an image that it can pull and that has their tools (curl, openssl, getent): Fargate gives no shell on its nodes',
    }
  if (host.virtual === 'autopilot')
    return {
      text: 'Run the commands for the node in a pod of the cluster, with an image that it can pull and that has their tools (curl, openssl, getent): GKE Autopilot gives no shell on its nodes, and rejects debug pods for them',
    }
  if (host.virtual === 'auto-mode')
    return {
      text: "Run the commands for the node in a debug pod, which shares the node's network, with an image that has their tools (curl, openssl, getent, nsenter): EKS Auto Mode allows neither SSH nor a session of AWS Systems Manager. Put `nsenter -t 1 -m` before the host's own commands (journalctl, dmesg, df); delete the pod afterward",
      command: debugPod(toolImage !== null && HAS_TOOLS.test(toolImage) ? toolImage : null),
    }
  if (host.platform === 'bottlerocket')
    return {
      text: `${ADMIN_CONTAINER} or in a debug pod ${withImage} (\`chroot /host apiclient exec admin bash\`). ${HOST_COMMANDS}; delete the pod afterward`,
      command: debugPod(toolImage),
    }
  if (host.os === 'windows')
    return {
      text: `Connect to node ${node} by RDP or SSH${hasHostProcess(host) ? ', or with a HostProcess container' : ''}`,
    }
  // Its image comes with the release, and so from the mirrors of a cluster without internet.
  if (host.platform === 'openshift')
    return {
      text: `Get a shell on node ${node} in a debug pod, then \`chroot /host\`; oc deletes the pod when you leave it. If the node can't pull the pod's image either, name one that is already there (--image)`,
      command: ocCommand(invocation, `debug node/${word}`),
    }
  return {
    text: `Get a shell on node ${node}, ${virtualMachineOf(host) === null ? 'by SSH or ' : ''}in a debug pod ${withImage}, then \`chroot /host\`; delete the pod afterward`,
    command: debugPod(toolImage),
  }
}

const ADMIN_CONTAINER =
  "Use the admin container of the node, as Bottlerocket's host has no shell: with `enter-admin-container` in a session of AWS Systems Manager, or, if it is enabled already, by SSH"
const HOST_COMMANDS =
  "For the host's own commands and files (journalctl, ctr, /var/lib/containerd), run `sudo sheltie` there"

/** Returns how to get to a node on which no pod starts. */
function withoutPod(
  node: string,
  { platform, cloud, os, virtual, desktop }: PullingNode,
  noPod: string,
): StepText {
  if (virtual === 'fargate')
    return {
      text: 'Run the commands for the node on a machine in the same subnets and security groups that has their tools (curl, openssl, getent): Fargate gives no shell on its nodes',
    }
  // docs.aws.amazon.com/eks, auto-troubleshoot; there, a node is named like its instance.
  if (virtual === 'auto-mode')
    return {
      text: `Read what the machine of node ${node} wrote to its console: EKS Auto Mode allows neither SSH nor a session of AWS Systems Manager, and ${noPod}`,
      command: `aws ec2 get-console-output --latest --output text --instance-id ${shellWord(node)}`,
    }
  if (platform === 'talos')
    return {
      text: `Run the commands for the node on a machine in the same network that has their tools (curl, openssl, getent): Talos nodes have no shell, and ${noPod}`,
    }
  if (platform === 'bottlerocket')
    return {
      text: `${ADMIN_CONTAINER}; ${noPod}. ${HOST_COMMANDS}`,
    }
  const machine = virtualMachineOf({ name: node, ...(desktop && { desktop }) })
  if (machine === 'Docker Desktop' || machine === 'OrbStack')
    return {
      text: `Get a shell in the virtual machine of ${machine}, with an image that is already there and has nsenter, such as alpine: ${noPod}`,
      command: 'docker run -it --rm --privileged --pid=host <image> nsenter -t 1 -m -u -i -n sh',
    }
  const ways = `${os === 'windows' ? 'RDP or SSH' : 'SSH'}${cloud === 'ecr' ? ', or in a session of AWS Systems Manager' : ''}`
  return { text: `Connect to node ${node} by ${ways}: ${noPod}` }
}

/** Docker has no HostProcess containers (kubernetes.io, "Create a Windows HostProcess Pod": containerd from 1.6 on, Kubernetes from 1.22 on). */
function hasHostProcess({ runtime, kubeletMinor }: PullingNode): boolean {
  return runtime !== 'docker' && (kubeletMinor === null || kubeletMinor >= 22)
}

/** An image with the tools of all steps; BusyBox and base images lack most of them. */
const HAS_TOOLS = /(?:^|\/)netshoot(?=[:@]|$)/
