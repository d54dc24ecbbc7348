/** The words of steps for a Service of the cluster that nodes pull from: its pods, and the cluster's network on the node. */

import type { ServiceStep } from '../../../advice/step/step-at-node.ts'
import { kubectlCommand } from '../../invocation.ts'
import { listPodsOn, onlyOnNode, onNodes } from '../node/node.ts'
import { mayBeOpenShift } from '../node/node-settings.ts'
import { hostLabel } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'

export const serviceSteps: StepWords<ServiceStep> = {
  'service-pods': ({ name, namespace, isOpenShift }, { invocation }) => ({
    text: isOpenShift
      ? "See whether OpenShift's own registry has ready pods and endpoints; if it has none, its operator says why in configs.imageregistry.operator.openshift.io/cluster: managementState is Removed, or the registry was given no storage (as on bare metal and vSphere at first)"
      : `See whether the Service ${name} has endpoints, and its pods are ready: without any, every connection to it fails`,
    command: kubectlCommand(invocation, 'get service,endpointslices,pods', namespace),
  }),
  'service-network': ({ host, role, node }, { invocation, findings, findings: [first] }) => ({
    text: `Check the cluster's own network ${onNodes(findings)}, which carries the node's connections to the Service behind ${hostLabel({ host, role }, first.registry)}: see whether the pods of the network plugin${mayBeOpenShift(first.host) ? ' (ovnkube-node, or sdn on old releases)' : ', and of kube-proxy if there are any,'} are ready there, and test the connection on another node. If only this node fails, repair its network, or reboot it; if all do, look for a NetworkPolicy that shuts nodes out, and at the MTU of the network`,
    ...listPodsOn(invocation, node),
  }),
  'node-ca': ({ node }, { invocation, findings }) => ({
    text: `Check the pod node-ca ${onNodes(findings)}: OpenShift writes the authority of its own registry into /etc/docker/certs.d of every node with it. If it is not ready there, read its log and delete it, so that it starts again; the authorities are in the config map image-registry-certificates of the same namespace`,
    command: kubectlCommand(
      invocation,
      `get pods -o wide${node === null ? '' : ` ${onlyOnNode(node)}`}`,
      'openshift-image-registry',
    ),
  }),
}
