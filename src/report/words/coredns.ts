/** CoreDNS's two places: its path has a second level at registry.k8s.io, which kubeadm and some copies drop. */

import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { withoutVersion } from '../../image/reference.ts'

/** CoreDNS without the second level of its path, at a registry or below the name of the one that a cache fetches from. */
const FLAT = /^([^/]+\/(?:registry\.k8s\.io\/|k8s\.gcr\.io\/)?)coredns(?:[:@]|$)/

/** CoreDNS where kubeadm looks for it from 1.21 on, at other registries than those that have it there, and their caches. */
const NESTED =
  /^(?!docker\.io\/|(?:[^/]+\/)?(?:registry\.k8s\.io|k8s\.gcr\.io)\/)[^/]+\/.{0,200}?\bcoredns\/coredns(?:[:@]|$)/

/** Returns what may be wrong with the path of CoreDNS's image; null for other images, and where the path is right. */
export function coreDnsHint(registry: string | null, image: string): string | null {
  if (registry === null || !image.startsWith(`${registry}/`)) return null
  // With an imageRepository of one's own, kubeadm drops a level of the path, which mirrors keep (kubeadm's constants, CoreDNSImageName).
  const [, above] = FLAT.exec(image) ?? []
  if (above !== undefined && registry !== DOCKER_HUB)
    return ` (at registry.k8s.io and in most mirrors it is coredns/coredns: for kubeadm, set dns.imageRepository to ${above}coredns)`
  return NESTED.test(image)
    ? ` (kubeadm asks for coredns/coredns, but many copies of Kubernetes' images have coredns without the second level, as ${withoutVersion(image).replace(/\/coredns$/, '')})`
    : null
}
