/** The words of steps at a proxy between the nodes and a host. */

import type { ProxyStep } from '../../../advice/step/step-at-node.ts'
import { hasClue } from '../../../diagnosis/clues/clue.ts'
import type { ProxyAnswer } from '../../../diagnosis/clues/clue-on-way.ts'
import type { Platform } from '../../../diagnosis/node/node-platform.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import { hostAlone } from '../../../image/host.ts'
import { orMirror } from '../closed-networks.ts'
import { isOfK3d, minikubeProfile, virtualMachineOf } from '../node/local-clusters.ts'
import { nodeClientStep, onNodes, proxyCommand } from '../node/node.ts'
import { mayBeOpenShift, restartOf } from '../node/node-settings.ts'
import { nodesRunning } from '../running-elsewhere.ts'
import type { Findings, StepWords } from '../step-words.ts'

/** How a login is written into a proxy's address (RFC 3986; systemd.unit, specifiers; docker/for-linux#1039 and #1149, k3s-io/k3s#762). */
const ENCODED =
  'with special characters of the password percent-encoded (@ as %40, # as %23), without quotes around it, and with each % written as %% in a systemd unit'

/** Where the engine of Docker Desktop finds the proxy that is part of it (docs.docker.com; docker/for-mac#2467, docker/for-win#12725). */
const OF_DESKTOP = /^(?:192\.168\.65\.\d{1,3}|https?\.docker\.internal)(?::\d+)?$/

/** The environment of runtimes that a distribution starts (canonical.com/microk8s/docs/install-proxy, docs.k3s.io/advanced, docs.rke2.io/advanced, docs.k0sproject.io). */
const ENVIRONMENTS: Partial<Record<Platform, string>> = {
  microk8s: '/var/snap/microk8s/current/args/containerd-env',
  k3s: '/etc/systemd/system/k3s.service.env, or k3s-agent.service.env',
  rke2: '/etc/default/rke2-server, or rke2-agent',
  k0s: '`systemctl edit k0scontroller`, or k0sworker on a worker',
}

/**
 * What other platforms make that environment from (minikube.sigs.k8s.io/docs/handbook/vpn_and_proxy, kind.sigs.k8s.io/docs/user/quick-start,
 * docs.redhat.com, Configuring the cluster-wide proxy, bottlerocket.dev, learn.microsoft.com/azure/aks/http-proxy).
 */
const SOURCES: Partial<Record<Platform, (node: PullingNode) => string>> = {
  minikube: ({ name }) =>
    `the environment of \`minikube start${minikubeProfile(name)}\`, which passes it to the runtime`,
  kind: () => 'the environment of `kind create cluster`, which passes it to the nodes that it creates',
  talos: () => 'machine.env of the machine configuration',
  bottlerocket: () => 'settings.network (https-proxy and no-proxy)',
  openshift: ({ hosted }) =>
    hosted
      ? `${HOSTED_PROXY} (httpsProxy and noProxy)`
      : `${OPENSHIFT_PROXY} (spec.httpsProxy and spec.noProxy)`,
  aks: () => 'the HTTP proxy settings of the cluster (`az aks update --http-proxy-config`)',
}

const OPENSHIFT_PROXY = 'proxy.config.openshift.io/cluster'
const HOSTED_PROXY = 'spec.configuration.proxy of the HostedCluster (on its management cluster)'

/** Its nodes are containers (k3d.io, FAQ, "Running behind a corporate proxy"). */
const K3D_ENVIRONMENT =
  "the environment of the node's container, which `k3d cluster create --env` sets for the nodes that it creates"

/** Returns the file with the environment of a runtime that the distribution starts; undefined for others, such as Docker beside K3s. */
function environmentFile(node: PullingNode): string | undefined {
  const { platform, runtime, os } = node
  if (platform === null || os === 'windows') return undefined
  // Its system has no systemd.
  if (virtualMachineOf(node) === 'Rancher Desktop') return undefined
  return runtime === 'docker' ? undefined : ENVIRONMENTS[platform]
}

function isSet({ platform, os, virtual }: PullingNode): boolean {
  if (virtual === 'auto-mode') return true
  return os !== 'windows' && platform !== null && SOURCES[platform] !== undefined
}

/** Returns where a node's runtime gets its proxy from. */
export function proxyPlace(node: PullingNode): string {
  const { platform, os, virtual } = node
  if (isOfK3d(node.name)) return K3D_ENVIRONMENT
  if (virtual === 'auto-mode')
    return "the NodeClass of the node's pool (advancedNetworking: httpsProxy and noProxy)"
  if (platform === null || os === 'windows') return "the runtime's environment"
  const file = environmentFile(node)
  return SOURCES[platform]?.(node) ?? `the runtime's environment${file === undefined ? '' : ` (${file})`}`
}

/** Returns where a host is added that the runtime has to reach without the proxy. */
function bypassPlace(node: PullingNode): string {
  if (node.platform === 'openshift' && node.hosted) return `noProxy in ${HOSTED_PROXY}`
  if (node.platform === 'openshift')
    return `spec.noProxy of ${OPENSHIFT_PROXY}, from which the Machine Config Operator writes the nodes' settings`
  if (isSet(node) || isOfK3d(node.name)) return `NO_PROXY in ${proxyPlace(node)}`
  const also = mayBeOpenShift(node) ? ` (on OpenShift, to spec.noProxy of ${OPENSHIFT_PROXY})` : ''
  const file = environmentFile(node)
  return `the runtime's NO_PROXY${file === undefined ? also : ` (${file})`}, and ${restartOf(node) ?? 'restart the runtime'}`
}

/** Returns with which node to compare the settings, if others run the image. */
function comparison(first: Findings[number]): string {
  const [node] = nodesRunning(first)
  return node === undefined ? '' : `, and compare it with node ${node}, which runs the same image`
}

/** Returns where a runtime that systemd starts usually has its proxy, and how a change gets there (docs.docker.com/engine/daemon/proxy, containerd's docs). */
function dropIn(node: PullingNode): string {
  const unit = node.runtime === 'cri-o' ? 'crio' : node.runtime
  const { platform } = node
  const isService = platform === null || (unit === 'docker' && ENVIRONMENTS[platform] !== undefined)
  if (!isService || virtualMachineOf(node) !== null || node.os === 'windows' || unit === null) return ''
  const elsewhere = mayBeOpenShift(node) ? ` (on OpenShift, in ${OPENSHIFT_PROXY} instead)` : ''
  return `, usually in a drop-in file in /etc/systemd/system/${unit}.service.d${elsewhere}; then \`systemctl daemon-reload\` and \`systemctl restart ${unit}\``
}

/** How a proxy that was reached gets to forward, by what it answered. */
const PASS: Record<ProxyAnswer | 'none', (host: string) => string> = {
  forbidden: host =>
    `Ask whoever runs the proxy to allow ${host}: it was reached, and its rules refuse requests of the nodes there`,
  unreached: host =>
    `Let the proxy reach ${host} (its DNS, its own way out, a proxy behind it): it was reached itself, and answered as a proxy does that can't get to a host, or is out of service; its log says which`,
  none: host =>
    `Let the proxy forward requests to ${host}, and give the runtime a login if the proxy asks for one`,
}

export const proxySteps: StepWords<ProxyStep> = {
  'show-proxy': (_step, { findings }) =>
    nodeClientStep(
      findings[0].cause === 'proxy'
        ? `See which proxy the runtime goes through ${onNodes(findings)} (HTTPS_PROXY, NO_PROXY)${comparison(findings[0])}`
        : `See whether the runtime goes through a proxy ${onNodes(findings)} (HTTPS_PROXY, NO_PROXY)`,
      proxyCommand(findings[0].host),
      findings,
    ),
  'fix-proxy': ({ host, scheme }, { findings: [first] }) => ({
    text: scheme
      ? `Write the proxy's address with http:// in ${proxyPlace(first.host)}, as in HTTPS_PROXY=http://…: with https://, the runtime asks it for TLS, but it speaks plain HTTP`
      : host === null
        ? `Correct the proxy's address in ${proxyPlace(first.host)}${hasClue(first.clues, 'proxy-unreadable') ? `: it has to be a URL such as http://user:password@proxy:8080, ${ENCODED}` : ''}`
        : // Go tries an address that it can't read again with http:// in front (golang.org/x/net/http/httpproxy; containers/podman#11968).
          /^https?$/.test(host)
          ? `Correct the proxy's address in ${proxyPlace(first.host)}, as its host is read as "${host}": the scheme is written twice (such as http://http://…), or the password has special characters that are not percent-encoded (@ as %40, # as %23)`
          : `Fix the proxy ${host}, or correct its address in ${proxyPlace(first.host)}${dropIn(first.host)}`,
  }),
  'desktop-proxy': ({ host, wanted }) => ({
    text: `See which proxy Docker Desktop gives its engine, and correct it in its settings (Resources, Proxies), or list ${hostAlone(wanted)} there among the hosts that bypass it; then restart Docker Desktop${host !== null && OF_DESKTOP.test(host) ? `: ${host} is its own proxy, which forwards requests as these settings say` : ''}`,
    command: "docker info --format '{{.HTTPProxy}} {{.HTTPSProxy}} {{.NoProxy}}'",
  }),
  'pass-proxy': ({ host, answer }, context) => ({
    text: `${PASS[answer ?? 'none'](host)}${answer === 'forbidden' ? orMirror(context, host) : ''}`,
  }),
  'proxy-login': () => ({
    text: `Give the runtime a login for the proxy, or correct it, in HTTPS_PROXY of its environment (http://user:password@proxy:8080), ${ENCODED}`,
  }),
  'bypass-proxy': ({ host }, { findings: [first] }) => ({
    text: `Bypass the proxy for this host if the nodes reach it without one: add ${hostAlone(host)} to ${bypassPlace(first.host)}`,
  }),
}
