/** Images of network plugins, load balancers, and ingress controllers that moved, from whatever registry: a cluster whose network can't be pulled starts nothing else. */

import type { MovedRow } from './moved-row.ts'

export const MOVED_NETWORK_IMAGES: readonly MovedRow[] = [
  // Cilium's own images are on both; these are not, or are no longer updated on Docker Hub (cilium/cilium#31146).
  {
    moves: {
      'docker.io/cilium/cilium-envoy': 'quay.io/cilium/cilium-envoy',
      'docker.io/cilium/json-mock': 'quay.io/cilium/json-mock',
      'docker.io/cilium/starwars': 'quay.io/cilium/starwars',
    },
    state: 'moved',
    since: '2020-11',
    onlyMissing: true,
    source: 'https://github.com/cilium/cilium/issues/42960',
  },
  // First to Docker Hub (flannel-io/flannel#1516, flannel-io/cni-plugin#38); from v0.26.4 on, the chart has GitHub's registry.
  {
    moves: {
      'docker.io/flannelcni/flannel': 'ghcr.io/flannel-io/flannel',
      'docker.io/flannelcni/flannel-cni-plugin': 'ghcr.io/flannel-io/flannel-cni-plugin',
      'quay.io/coreos/flannel': 'ghcr.io/flannel-io/flannel',
    },
    state: 'moved',
    since: '2022-01',
    onlyMissing: true,
    source: 'https://github.com/flannel-io/flannel/blob/v0.26.4/chart/kube-flannel/values.yaml',
  },
  {
    moves: { 'docker.io/nfvpe/multus': 'ghcr.io/k8snetworkplumbingwg/multus-cni' },
    state: 'moved',
    since: '2021-10',
    onlyMissing: true,
    source: 'https://github.com/kubernetes-sigs/kubespray/issues/8078',
  },
  // The tags of the new place start with v.
  {
    moves: {
      'quay.io/kubernetes-ingress-controller/nginx-ingress-controller':
        'registry.k8s.io/ingress-nginx/controller',
    },
    state: 'moved',
    since: '2020-07',
    onlyMissing: true,
    source: 'https://github.com/helm/charts/pull/23213',
  },
  {
    moves: { 'docker.io/metallb': 'quay.io/metallb' },
    state: 'deleted',
    since: '2023-03-15',
    source: 'https://github.com/kubernetes/minikube/issues/16053',
  },
  {
    moves: { 'docker.io/projectcontour': 'ghcr.io/projectcontour' },
    state: 'moved',
    since: '2022-01-31',
    onlyMissing: true,
    source: 'https://github.com/projectcontour/contour/pull/4314',
  },
]
