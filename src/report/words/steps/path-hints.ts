/** What a name that does not exist most likely has wrong, by its registry: the path, or the way in which tags are written. */

import { cloudOf, isEcrCache, isOfEks, isOldProject } from '../../../image/cloud-registries.ts'
import { OFFICIAL_IMAGES } from '../../../image/official-images.ts'
import { isFreeOfChainguard, isHosted, isOpenShiftRegistry } from '../../../image/registries.ts'
import { coreDnsHint } from '../coredns.ts'

/** Returns common mistakes in the paths of some registries. */
export function pathHint(registry: string | null, image: string): string {
  if (isOldProject(image))
    return ` (${registry} serves only the repository of Artifact Registry with this name; others are at REGION-docker.pkg.dev)`
  const ofDns = coreDnsHint(registry, image)
  if (ofDns !== null) return ofDns
  if (isFreeOfChainguard(image))
    return " (only some of Chainguard's images are free, usually only with the tag latest; the others are for its customers, at cgr.dev/ORGANIZATION)"
  if (/^registry\.k8s\.io\/(?:kubectl|kube-[\w-]+|conformance):v?\d+(?:\.\d+)?$/.test(image))
    return ' (its tags are whole versions, such as v1.32.0)'
  const [, misread] = /:(v?\d+(?:\.[\dOo]+)+)$/.exec(image) ?? []
  if (misread !== undefined && /o/i.test(misread))
    return ` (the tag has a letter O where a zero is likely: ${misread.replace(/o/gi, '0')})`
  // It has some tags of some images, which come later than the originals.
  const [, original] = /^mcr\.microsoft\.com\/mirror\/docker\/(.+)$/.exec(image) ?? []
  if (original !== undefined)
    return ` (these are Microsoft's copies of images of Docker Hub, of which some tags may be missing or come late: the original is docker.io/${original.replace(/:$/, '')})`
  const [, tag = '', patch] = /:(v?\d+\.\d+(\.\d+)?)$/.exec(image) ?? []
  // Amazon's own tags, but for those of the pause image and of a few agents (0.1.15 of eks-pod-identity-agent); a release is on GitHub first (aws/amazon-vpc-cni-k8s#3526).
  if (isOfEks(registry) && tag !== '' && !/\/pause(?:-\w+)?:/.test(image))
    return tag.startsWith('v')
      ? " (a new release may reach Amazon's registry of a region later than its announcement)"
      : ` (most of Amazon's tags start with v, as in v${tag}${patch === undefined ? '.0' : ''})`
  const inLibrary = /(?:^|\/)library\/[^/]+$/.test(image)
  const [base = ''] = image.split('/').at(-1)?.split(/[:@]/, 1) ?? []
  // Official images have such tags, and so do most variants of them.
  if (image.includes('/') && tag !== '' && patch === undefined && !OFFICIAL_IMAGES.includes(base))
    return ` (many projects only have tags of whole versions, such as ${tag}.0${tag.startsWith('v') ? '' : ', often with a v before it'})`
  // Elastic's never do.
  const isPlain = !tag.startsWith('v') && !isEcrCache(image) && registry !== 'docker.elastic.co'
  if (image.includes('/') && !inLibrary && patch !== undefined && isPlain)
    return ` (many projects' tags start with v, as in v${tag})`
  if (
    image.includes('/') &&
    patch !== undefined &&
    tag.startsWith('v') &&
    !/(?:^|\/)registry\.k8s\.io\//.test(image)
  )
    return ` (some projects' tags have no v, as in ${tag.slice(1)})`
  const [, project, official = ''] = /^([^/]+)\/([^/]+)$/.exec(image.slice((registry ?? '').length + 1)) ?? []
  return mayLackLibrary(registry, image)
    ? ` (if ${project} is a proxy cache of Docker Hub, official images need library/ in the path: ${registry}/${project}/library/${official.replace(/:$/, '')})`
    : ''
}

/** Whether this is the name of an official image in a project that may be a cache of Docker Hub, without library/. */
export function mayLackLibrary(registry: string | null, image: string): boolean {
  const path = image.slice((registry ?? '').length + 1)
  const [, name] = /^[^/]+\/([^/:@]+)(?:[:@].*)?$/.exec(path) ?? []
  // Of the hosted registries, only those of clouds can be caches.
  const isOther = registry !== null && !isHosted(registry) && !isOpenShiftRegistry(registry)
  const mayCache = isOther || cloudOf(registry) !== null
  return mayCache && name !== undefined && !path.startsWith('library/') && OFFICIAL_IMAGES.includes(name)
}
