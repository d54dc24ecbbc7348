/** The words of steps about hosts' names that no node, or no other node, can use. */

import type { HostNameStep } from '../../../advice/step/step-at-node.ts'
import type { DefaultName, MachineNamer } from '../../../diagnosis/clues/clue-on-way.ts'
import type { PullingNode } from '../../../diagnosis/node/pulling-node.ts'
import type { EndpointRole } from '../../../diagnosis/text/endpoint.ts'
import { hostAlone } from '../../../image/host.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { managerName } from '../edits/managers.ts'
import { oneFolder } from '../node/hosts-toml.ts'
import { localRegistryNote } from '../node/local-clusters.ts'
import { listPodsOn, onNodes } from '../node/node.ts'
import { mirrorSettings } from '../node/node-settings.ts'
import { namedList, objectName, shortList } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'

/** The most workloads that a sentence names. */
const MAX_PLACES = 6

const INSTEAD: Record<EndpointRole, string> = {
  registry:
    "Use a name in the image that every node can reach (a DNS name, or a node's address and NodePort)",
  mirror: "Change the mirror's address in the node's settings to one that every node can reach",
  token:
    'Let the registry announce a token server that nodes can reach (by its own address: externalURL of Harbor, external_url of GitLab, ROOT_URL of Gitea)',
  storage:
    "Let the registry redirect to a host that nodes can reach, or serve the layers itself (redirect.disable of its storage; in Harbor's chart disableredirect)",
  proxy: 'Let the runtime use a proxy address that the node can reach',
  runtime: 'Start the runtime',
}

/** Which setting each product takes its own address from. */
const EXTERNAL_NAME: Record<Exclude<DefaultName, 'documentation'>, string> = {
  harbor: "externalURL in the values of Harbor's chart",
  gitlab: "global.hosts.domain in the values of GitLab's chart (or external_url of its Linux package)",
  helm: 'the host of the ingress in the values of its chart',
}

const DEFAULT_OF: Record<DefaultName, string> = {
  harbor: "the default of Harbor's chart",
  gitlab: 'a default of GitLab',
  helm: 'the default of new Helm charts',
  documentation: 'in a domain that is reserved for documentation (RFC 2606)',
}

const MACHINE_NAMERS: Record<MachineNamer, string> = {
  docker: 'Docker Desktop',
  k3d: 'k3d',
  lima: 'Lima',
  minikube: 'minikube',
  orbstack: 'OrbStack',
  podman: 'Podman',
  'rancher-desktop': 'Rancher Desktop',
}

/** kind's nodes have the proxy that it found when it created them (kubernetes-sigs/kind#1459). */
const KIND_PROXY =
  '. Set HTTP_PROXY and HTTPS_PROXY to an address of that machine for its containers (host.docker.internal in Docker Desktop; on Linux, the gateway that `docker network inspect kind` shows), let the proxy listen there too, and create the cluster again'

/** Returns how nodes find the registry under its old name: the runtime looks for the host as the image writes it, with its port (k3s-io/k3s#10358). */
function keptName(node: PullingNode, host: string): string {
  if (node.platform === 'microk8s') return '; the registry of MicroK8s is localhost:32000 for its nodes'
  const plain =
    '. Many registries in a cluster speak plain HTTP, which the runtime has to be set up for under the new name'
  if (node.runtime === 'docker' || node.platform === 'openshift') return plain
  const key = host === hostAlone(host) ? '' : ', with its port,'
  return `${plain}. To keep the images' names, make such an address the endpoint (http:// if it speaks that) for exactly ${host}${key} in ${mirrorSettings(node, host)}${oneFolder(node)}`
}

export const hostNameSteps: StepWords<HostNameStep> = {
  'bare-host': ({ host }) => ({
    text: `Use a name that the nodes can resolve, or an entry in /etc/hosts on every node: ${host} has no domain, and nodes can't resolve the name of a Service, or of a container that runs beside the cluster (Docker Compose, kind)`,
  }),
  'default-name': ({ host, of, role, registry }) => ({
    text:
      role === 'token' && of !== 'documentation'
        ? `Set ${EXTERNAL_NAME[of]} to the address by which nodes reach it${registry === null ? '' : `, such as ${registry}`}: ${host} is ${DEFAULT_OF[of]}, and the registry sends clients there for tokens`
        : `Write the real host instead of ${host} ${role === 'registry' ? 'in the image' : role === 'mirror' ? "in the node's settings" : "in the registry's settings"}${role === 'registry' && of !== 'documentation' ? `, and set ${EXTERNAL_NAME[of]} to it` : ''}: ${host} is ${DEFAULT_OF[of]}`,
  }),
  'machine-name': ({ host, role, by }, { findings: [first] }) => ({
    text: `${INSTEAD[role]}: ${hostAlone(host)} is a name that ${MACHINE_NAMERS[by]} gives to the machine that it runs on, and only what runs there may know it${by === 'docker' ? ' (on Linux without Docker Desktop, only containers with --add-host=host.docker.internal:host-gateway)' : ''}${role === 'registry' ? localRegistryNote(first.host, host) : ''}`,
  }),
  'replace-service-name': ({ host, role, service }, { invocation, findings: [first] }) => ({
    text: `${INSTEAD[role]}: ${host} is a Service name, which only the cluster's DNS (CoreDNS) resolves, and nodes don't use that${role === 'registry' ? keptName(first.host, host) : ''}${service === null ? '' : '; this shows the ports and the type of the Service'}`,
    ...(service !== null && {
      command: kubectlCommand(invocation, `get service ${shellWord(service.name)}`, service.namespace),
    }),
  }),
  'serve-loopback': ({ host, nodes, by }, { invocation, findings, findings: [{ node, host: at }] }) => {
    if (by !== null)
      return {
        text: `Get pod ${by.namespace}/${by.pod} running: it has port ${by.port} of node ${by.node}, and ${host} is the node itself; it is not ready, and ${by.started ? 'its log may say why' : 'this shows why it has not started'}`,
        command: kubectlCommand(
          invocation,
          by.started
            ? `logs ${shellWord(by.pod)} -c ${shellWord(by.container)}${by.restarted ? ' --previous' : ''}`
            : `describe pod ${shellWord(by.pod)}`,
          by.namespace,
        ),
      }
    return {
      text: `Find what serves ${host} on ${namedList('node', nodes)}, where pods run this image, and set it up ${onNodes(findings)} too, as that address is the node itself: a pod with that hostPort, as of a DaemonSet, a NodePort Service, a service of the node, or a mirror in the runtime's settings. If nothing does, the image was most likely loaded there, so load it ${onNodes(findings)} too${localRegistryNote(at, host)}${node === null ? '' : `; this lists the pods of node ${node}`}`,
      ...listPodsOn(invocation, node),
    }
  },
  'change-host': ({ host }, { findings }) => {
    const places = findings.map(({ workload, managedBy, pod }) => {
      const of = managedBy === undefined ? '' : ` (${managerName(managedBy)})`
      return `${workload === null ? `pod ${pod}` : `${workload.group === undefined ? objectName(workload) : `${workload.kind} ${workload.name}`}`}${of}`
    })
    return {
      text: `If the name is no longer in use, change ${host} in the images of ${shortList([...new Set(places)], MAX_PLACES)}, wherever each takes its image from`,
    }
  },
  'replace-loopback': ({ host, role }, { findings: [first] }) => {
    // A cluster on one machine has ways of its own to that machine's images.
    const note = role === 'registry' ? localRegistryNote(first.host, host) : ''
    return {
      text:
        role === 'proxy'
          ? `Give the runtime the proxy's address as the node reaches it: ${host} is the node itself, and no proxy listens there (kind and minikube copy the proxy settings of the machine they run on)${first.host.platform === 'kind' ? KIND_PROXY : ''}`
          : host === 'localhost' && first.registry === host
            ? `Push ${first.image} to a registry that every node can reach, and use its name there, or load the image on every node: localhost/ is what Podman and Buildah put before the names of images that they built`
            : `${INSTEAD[role]}${note === '' ? `, or let something listen at ${host} on every node (a DaemonSet, or a NodePort)` : ''}: that address is the node itself${note}`,
    }
  },
}
