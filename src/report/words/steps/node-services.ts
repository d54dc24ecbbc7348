/** The words of steps at what listens on a node itself: mirrors and registries there, and the services behind them. */

import type { NodeServiceStep } from '../../../advice/step/step-at-node.ts'
import type { NodeService } from '../../../diagnosis/node/node-services.ts'
import { cloudOf } from '../../../image/cloud-registries.ts'
import { hostAlone } from '../../../image/host.ts'
import { parseReference, repositoryOf } from '../../../image/reference.ts'
import { isPublic, relayedRegistry } from '../../../image/registries.ts'
import { kubectlCommand } from '../../invocation.ts'
import { listPodsOn, nodeShellStep, onNodes } from '../node/node.ts'
import type { StepContext, StepWords } from '../step-words.ts'

interface ServiceWords {
  name: string
  /** What makes it listen on a node; empty if the node itself does. */
  how: string
  /** Where its pods run, if they are not on the node that fails. */
  namespace?: string
}

const SERVICES: Record<NodeService, ServiceWords> = {
  'kube-image-keeper': {
    name: 'the proxy of kube-image-keeper',
    how: 'it is a DaemonSet, so its pod has to run on every node (taints, node selector), with a host port that the network plugin supports; image names are rewritten to it when pods are created',
  },
  spegel: {
    name: 'Spegel',
    how: 'it is a DaemonSet, so its pod has to run on every node (taints, node selector), with a host port that the network plugin supports',
  },
  dragonfly: {
    name: 'the client of Dragonfly',
    how: 'it is a DaemonSet, so its pod has to run on every node (taints, node selector)',
  },
  'embedded-registry': {
    name: 'the embedded registry of K3s or RKE2',
    how: 'it has to be turned on for the cluster (embedded-registry: true on the servers), and nodes have to reach each other on port 5001',
  },
  'artifact-streaming': {
    name: 'artifact streaming of AKS',
    how: '',
  },
  zarf: {
    name: 'the registry of Zarf',
    how: "it is reached through a NodePort, so its pod and the node's kube-proxy have to work",
    namespace: 'zarf',
  },
  'microk8s-registry': {
    name: 'the registry of MicroK8s',
    how: 'it is an add-on (`microk8s enable registry`) behind a NodePort, so its pod has to run (if that waits for its volume, run `microk8s enable hostpath-storage`)',
    namespace: 'container-registry',
  },
}

/** Returns what to do about a registry on the node, which may be a cache, by what it answered. */
function atNode({ findings: [{ cause }] }: StepContext): string {
  return cause === 'auth-required-or-denied'
    ? "its log has the reason for the refusal; if it fetches images from elsewhere, that may be a refusal there, of its own login or the pods'"
    : 'push the image to it, or, if it fetches images from elsewhere, find the reason in its log'
}

/**
 * Returns how the proxy of kube-image-keeper gets a login: after the pods' pull secrets, it tries what the libraries of clouds find where it runs
 * (enix/kube-image-keeper, internal/registry/keychain.go of version 1; enix/kube-image-keeper#362).
 */
export function loginOfKeeper(host: string, reference: string | null): string {
  const parsed = parseReference(reference ?? '')
  const upstream = (parsed && relayedRegistry(parsed)) ?? "the registry in the image's path"
  const secret = isPublic(repositoryOf(reference))
    ? `Correct the pods' pull secret for ${upstream}, if they have one (the image needs none)`
    : `Give the pods a pull secret for ${upstream}, or correct theirs`
  const cloud =
    cloudOf(upstream) === null ? '' : ', or, in newer versions, with a role that its own pods have,'
  return `${secret}, or keep the pods from being rewritten (label kube-image-keeper.enix.io/image-caching-policy=ignore): the proxy of kube-image-keeper, which most likely answers at ${host}, asks ${upstream} with the pods' own pull secrets${cloud} and not with the login of the kubelet; its log has the reason`
}

/** Returns what most likely listens there, as in "a registry". */
function serviceName(service: NodeService | null): string {
  return service === null
    ? 'a registry, a cache, or the agent of one'
    : `a registry, a cache, or the agent of one (with this port, most likely ${SERVICES[service].name})`
}

/** Returns how to see what listens on the node at this address of its own. */
function listenerCommand(host: string, { 0: first }: StepContext['findings']): string {
  const port = /:(\d+)$/.exec(host)?.[1] ?? '443'
  return first.host.os === 'windows'
    ? `Get-NetTCPConnection -LocalPort ${port}`
    : `ss -ltnp 'sport = :${port}'`
}

export const nodeServiceSteps: StepWords<NodeServiceStep> = {
  'node-mirror': ({ host, service }, { findings, findings: [{ cause, registry }] }) => {
    // learn.microsoft.com, "Troubleshoot Artifact Streaming"; Azure/acr#739.
    if (service === 'artifact-streaming') {
      const access =
        cause === 'registry-server-error' && cloudOf(registry) === 'acr'
          ? `; check that the cluster is allowed to pull from ${registry} too, as it answers 503 where it is not`
          : ''
      return nodeShellStep(
        `Read the log of ${SERVICES[service].name} ${onNodes(findings)}, which answers at ${host} on the node itself${access}; restart it there (acr-mirror), or replace the node`,
        'journalctl -u acr-mirror -n 50 --no-pager',
        findings,
      )
    }
    const what =
      service === null ? 'artifact streaming, Spegel, Dragonfly, or another cache' : SERVICES[service].name
    const how = service === 'embedded-registry' ? `; ${SERVICES[service].how}` : ''
    return nodeShellStep(
      `See what listens at ${host} ${onNodes(findings)}, and read its log: this mirror runs on the node itself (${what}${how}); restart it there, or turn it off so that the node pulls from the registry`,
      listenerCommand(host, findings),
      findings,
    )
  },
  'node-registry': ({ host, service }, context) =>
    nodeShellStep(
      `See what listens at ${host} ${onNodes(context.findings)}: to a node, ${hostAlone(host)} is the node itself, so ${serviceName(service)} runs there; ${atNode(context)}`,
      listenerCommand(host, context.findings),
      context.findings,
    ),
  'node-port-registry': ({ host, port, service }, context) => ({
    text: `Find the Service with the NodePort ${port}${service === null ? '' : `, by default that of ${SERVICES[service].name}`}: to a node, ${hostAlone(host)} is the node itself, where every NodePort of the cluster answers; ${atNode(context)}`,
    command: kubectlCommand(context.invocation, 'get services -A'),
  }),
  'node-service': ({ host, service }, { invocation, findings }) => {
    const [first] = findings
    const { name, how, namespace } = SERVICES[service]
    const family = first.evidence?.text.includes('[::1]:') === true ? '; it was asked over IPv6 ([::1])' : ''
    const text = `Find out why ${name} does not answer at ${host} ${onNodes(findings)}: ${how}${family}`
    return namespace === undefined
      ? { text, ...listPodsOn(invocation, first.node) }
      : { text, command: kubectlCommand(invocation, 'get pods -o wide', namespace) }
  },
}
