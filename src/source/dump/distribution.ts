/** The distribution of a cluster, by the pods that it brings itself: a dump often has those and not the Nodes. */

import type { Distribution } from '../../snapshot/node.ts'
import type { Pod } from '../../snapshot/pod.ts'
import type { Snapshot } from '../../snapshot/snapshot.ts'

interface Component {
  namespace: string
  /** How its pods are named. */
  pods: RegExp
  /** Their images in any registry, as mirrors keep the rest of the name. */
  image: RegExp
}

/**
 * What each distribution brings and no other does. Of K3s's components single ones are installed elsewhere, or are RKE2's too (its servicelb),
 * so that it takes two (k3s-io/k3s, manifests; rancher/rke2, pkg/images; rancher/rke2-charts).
 */
const COMPONENTS: Record<Distribution, { of: Component[]; needed: number }> = {
  k3s: {
    needed: 2,
    of: [
      ofSystem(/^local-path-provisioner-/, /^rancher\/local-path-provisioner$/),
      ofSystem(/^svclb-/, /^rancher\/klipper-lb$/),
      ofSystem(/^metrics-server-/, /^rancher\/mirrored-metrics-server$/),
      ofSystem(/^traefik-/, /^rancher\/mirrored-library-traefik$/),
    ],
  },
  rke2: {
    needed: 1,
    of: [
      ofSystem(/^rke2-/, /^rancher\/hardened-/),
      // Static pods of each node.
      ofSystem(/^kube-(?:apiserver|proxy|scheduler|controller-manager)-/, /^rancher\/hardened-kubernetes$/),
    ],
  },
  // k0sproject/k0s, pkg/constant.
  k0s: {
    needed: 1,
    of: [
      ofSystem(/^(?:konnectivity-agent|kube-router|kube-proxy|coredns|metrics-server)-/, /^k0sproject\/\w/),
    ],
  },
  // canonical/microk8s-core-addons, ingress.
  microk8s: {
    needed: 1,
    of: [{ namespace: 'ingress', pods: /^nginx-ingress-microk8s-controller-/, image: /./ }],
  },
  minikube: {
    needed: 1,
    of: [ofSystem(/^storage-provisioner$/, /^k8s-minikube\/storage-provisioner$/)],
  },
  kind: {
    needed: 1,
    of: [
      {
        namespace: 'local-path-storage',
        pods: /^local-path-provisioner-/,
        image: /^kindest\/local-path-provisioner$/,
      },
    ],
  },
  // Its flannel (siderolabs/talos, pkg/machinery/images).
  talos: { needed: 1, of: [ofSystem(/^kube-flannel-/, /^siderolabs\/(?:flannel|install-cni)$/)] },
  // MicroShift has no such operator.
  openshift: {
    needed: 1,
    of: [
      {
        namespace: 'openshift-machine-config-operator',
        pods: /^(?:machine-config-(?:daemon|server|operator|controller)|kube-rbac-proxy-crio)-/,
        image: /./,
      },
    ],
  },
}

function ofSystem(pods: RegExp, image: RegExp): Component {
  return { namespace: 'kube-system', pods, image }
}

const ALL = Object.entries(COMPONENTS) as [Distribution, (typeof COMPONENTS)[Distribution]][]
const NAMESPACES = new Set(ALL.flatMap(([, { of }]) => of.map(({ namespace }) => namespace)))

/** Collects the components among a dump's pods. */
export class DistributionSigns {
  readonly #seen = new Set<Component>()

  add({ namespace, name, node, containers }: Pick<Pod, 'namespace' | 'name' | 'node' | 'containers'>): void {
    if (node === null || !NAMESPACES.has(namespace)) return
    const paths = containers.map(({ image }) => pathOf(image))
    for (const [, { of }] of ALL)
      for (const component of of)
        if (component.namespace === namespace && component.pods.test(name))
          if (paths.some(path => component.image.test(path))) this.#seen.add(component)
  }

  /** Nothing if the pods show none, or several. */
  get shown(): Pick<Snapshot, 'distribution'> {
    const shown = ALL.filter(([, { of, needed }]) => of.filter(each => this.#seen.has(each)).length >= needed)
    const [only] = shown
    return only === undefined || shown.length > 1 ? {} : { distribution: only[0] }
  }
}

/** The last two parts of an image's name, without its registry, the folders of a mirror, its tag, and its digest. */
function pathOf(image: string): string {
  const [name = ''] = image.split('@')
  const parts = name.split('/')
  const last = (parts.pop() ?? '').replace(/:.*/, '')
  return `${parts.pop() ?? ''}/${last}`
}
