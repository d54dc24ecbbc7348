/** Steps for images that a policy on the node refuses: about signatures, blocked registries, and lists of images. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { stepsIf } from './conditions.ts'
import type { Step } from './step/step.ts'
import type { NodePolicy } from './step/step-at-node.ts'

/** Programs of the network, which are in folders of their own (containernetworking/plugins, and those of the network's makers). */
const CNI_PLUGIN =
  /^(?:calico(?:-ipam)?|flannel|bridge|host-(?:local|device)|loopback|portmap|bandwidth|ptp|(?:ip|mac)?vlan|dhcp|static|tuning|vrf|sbr|firewall|dummy|tap|(?:cilium|aws|egress)-cni|azure-(?:vnet|cni)[\w-]*|win-(?:bridge|overlay)|sdn(?:bridge|overlay)|nat|multus(?:-shim)?|antrea|whereabouts|weave-(?:net|ipam))(?:\.exe)?$/i

export function signatureSteps(finding: Finding): Step[] {
  const file = clueOf(finding.clues, 'policy-file')
  if (file !== undefined)
    return [
      ...stepsIf(!file.missing, { code: 'show-policy-file', path: file.path }),
      { ...file, code: 'repair-policy-file' },
    ]
  if (hasClue(finding.clues, 'content-trust')) return [{ code: 'content-trust' }, { code: 'ask-registry' }]
  const kind = policyOf(finding)
  if (hasClue(finding.clues, 'policy-key'))
    return [{ code: 'show-policy', kind }, { code: 'restore-policy-key' }]
  if (hasClue(finding.clues, 'no-gnupg')) return [{ code: 'repair-gnupg' }, { code: 'show-policy', kind }]
  if (hasClue(finding.clues, 'signature-lookup') && !hasClue(finding.clues, 'web-page'))
    return [{ code: 'signature-store' }, { code: 'show-policy', kind }, { code: 'runtime-log' }]
  const signed = clueOf(finding.clues, 'signed-otherwise')?.with ?? null
  // No policy accepts what the runtime can't read.
  if (signed === 'media-type')
    return [
      { code: 'satisfy-policy', kind, signed },
      { code: 'show-policy', kind },
    ]
  if (hasClue(finding.clues, 'verifier-failed'))
    return [{ code: 'repair-verifier' }, { code: 'show-policy', kind }, { code: 'runtime-log' }]
  const verifier = clueOf(finding.clues, 'verifier')?.name ?? ''
  if (CNI_PLUGIN.test(verifier))
    return [
      { code: 'verifier-folder', name: verifier },
      { code: 'show-policy', kind },
    ]
  return [
    ...stepsIf(hasClue(finding.clues, 'web-page'), { code: 'signature-store' }),
    // OpenShift writes its nodes' lists of registries from an object.
    kind !== 'signature' && finding.host.platform === 'openshift'
      ? { code: 'show-image-settings' }
      : { code: 'show-policy', kind },
    { code: 'satisfy-policy', kind, signed },
  ]
}

function policyOf(finding: Finding): NodePolicy {
  if (hasClue(finding.clues, 'source-blocked')) return 'blocked'
  return hasClue(finding.clues, 'not-listed') ? 'rejected' : 'signature'
}
