/** The words of steps for policies on the node: blocked registries, lists of allowed ones, and signatures. */

import type { NodePolicy } from '../../../advice/step.ts'
import type { PullingNode } from '../../../diagnosis/pulling-node.ts'
import { kubectlCommand } from '../../invocation.ts'
import { onNode } from '../node.ts'
import { registryLabel } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'

/** Returns the settings that decide, by the kind of policy and the node's runtime. */
function policySettings(kind: NodePolicy, { runtime }: PullingNode): { what: string; command: string } {
  if (kind === 'blocked')
    return {
      what: 'See which entry of registries.conf blocks it',
      command:
        'grep -rn -B 4 "blocked *= *true" /etc/containers/registries.conf /etc/containers/registries.conf.d',
    }
  return runtime === 'containerd'
    ? {
        what: 'See which image verifiers containerd runs',
        command: 'containerd config dump | grep -A 5 image-verifier',
      }
    : {
        what: kind === 'rejected' ? 'See which images the policy accepts' : 'See what the policy requires',
        command: 'cat /etc/containers/policy.json',
      }
}

/** Whether the node may belong to OpenShift, which keeps such lists in an object. */
function mayBeOpenShift({ platform, runtime }: PullingNode): boolean {
  return platform === 'openshift' || (platform === null && runtime !== 'containerd' && runtime !== 'docker')
}

const ALLOWED: Record<Exclude<NodePolicy, 'signature'>, string> = {
  blocked: 'registrySources, or mirrorSourcePolicy of an ImageTagMirrorSet or ImageDigestMirrorSet',
  rejected: 'registrySources.allowedRegistries',
}

export const policySteps: StepWords<'show-policy' | 'show-image-settings' | 'satisfy-policy'> = {
  'show-policy': ({ kind }, { findings: [first] }) => {
    const { what, command } = policySettings(kind, first.host)
    return { text: `${what} ${onNode(first)}`, command, where: onNode(first) }
  },
  'show-image-settings': (_step, { invocation }) => ({
    text: "See which registries the cluster allows (registrySources): OpenShift writes its nodes' registries.conf and policy.json from these settings",
    command: kubectlCommand(invocation, 'get image.config.openshift.io cluster -o yaml'),
  }),
  'satisfy-policy': ({ kind }, { findings: [{ host, registry }] }) => {
    if (kind === 'signature')
      return { text: 'Sign the image as the policy requires, or add its repository to the policy' }
    const place = mayBeOpenShift(host)
      ? ` (on OpenShift in image.config.openshift.io/cluster: ${ALLOWED[kind]})`
      : ''
    return {
      text: `Ask an administrator of the nodes to allow ${registryLabel(registry)}${place}, or copy the image into a registry that is allowed and use that name`,
    }
  },
}
