/** The registry that an image's name most likely means, where the host in it is not the image's registry. */

import { clueOf } from '../diagnosis/clues/clue.ts'
import { type Finding, isOnTheWay, isRefusedOrMissing, isUnreached } from '../diagnosis/finding.ts'
import { MICROK8S_PORT, nodeServiceAt } from '../diagnosis/node/node-services.ts'
import { eksRegistryInRegion, eksRegistryOf, isOfEks } from '../image/cloud-registries.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { isLocal } from '../image/host.ts'
import { isMisplacedKubernetes, KUBERNETES_REGISTRY, publicName } from '../image/mistakes/misplaced-names.ts'
import { repositoryOf } from '../image/reference.ts'
import {
  isGoogleCache,
  isOpenShift3Registry,
  isOpenShiftRoute,
  OPENSHIFT_REGISTRY,
} from '../image/registries.ts'
import type { Step, StepOf } from './step/step.ts'

type Correction = Omit<StepOf<'correct-registry'>, 'code'>

/** One kind of mistake each. The first that was made decides. */
const MISTAKES: readonly ((registry: string, finding: Finding) => Correction | null)[] = [
  webSite,
  misspelled,
  besideOthers,
  insideAlibaba,
  otherPortOfMicroK8s,
  withoutKubernetesRegistry,
  cachedOnly,
  routeFromInside,
  registryOfOpenShift3,
  partitionOfEks,
  accountOfEks,
]

/** The step that corrects the registry in the name; none if it seems right. */
export function otherRegistry(finding: Finding): Step[] {
  const { registry } = finding
  if (registry === null) return []
  const [correction] = MISTAKES.flatMap(correct => correct(registry, finding) ?? [])
  return correction === undefined ? [] : [{ code: 'correct-registry', ...correction }]
}

function webSite(_registry: string, { clues }: Finding): Correction | null {
  const site = clueOf(clues, 'web-site')
  return site === undefined ? null : { from: site.from, to: site.to, why: 'web-site' }
}

function misspelled(registry: string, { clues }: Finding): Correction | null {
  const near = clueOf(clues, 'near-registry')
  return near === undefined ? null : { from: registry, to: near.registry, why: 'typo' }
}

/** What other images are pulled from, where the host or the port in this name is not there. */
function besideOthers(registry: string, { clues }: Finding): Correction | null {
  const beside = clueOf(clues, 'host-beside')
  return beside === undefined ? null : { from: registry, to: beside.registry, why: `other-${beside.by}` }
}

/** Whether the registry itself, and not a mirror or another host of it, was not reached. */
function isUnreachedItself({ cause, endpoint }: Finding): boolean {
  return isUnreached(cause) && (endpoint === null || endpoint.role === 'registry')
}

function insideAlibaba(registry: string, finding: Finding): Correction | null {
  const outside = isUnreachedItself(finding) ? publicName(registry) : null
  return outside === null ? null : { from: registry, to: outside.name, why: 'inside-alibaba' }
}

/** Where nothing listens at a port of the node that no known service has, MicroK8s's own registry may be meant. */
function otherPortOfMicroK8s(registry: string, finding: Finding): Correction | null {
  const { host, clues } = finding
  const isClosed = clueOf(clues, 'unopened')?.why === 'refused' && /:\d+$/.test(registry)
  const isOfNode = host.platform === 'microk8s' && isLocal(registry)
  if (!isUnreachedItself(finding) || !isClosed || !isOfNode) return null
  return nodeServiceAt({ host: registry, role: 'registry' }) === null
    ? { from: registry, to: registry.replace(/\d+$/, `${MICROK8S_PORT}`), why: 'microk8s' }
    : null
}

function withoutKubernetesRegistry(registry: string, { cause, reference }: Finding): Correction | null {
  const repository = repositoryOf(reference)
  return isRefusedOrMissing(cause) && isMisplacedKubernetes({ registry, repository })
    ? { from: registry, to: KUBERNETES_REGISTRY, why: 'kubernetes' }
    : null
}

/** What Google's cache lacks, Docker Hub may have under the same path. */
function cachedOnly(registry: string, { cause }: Finding): Correction | null {
  return cause === 'image-not-found' && isGoogleCache(registry)
    ? { from: registry, to: DOCKER_HUB, why: 'cache-of-hub' }
    : null
}

/** Nodes don't trust the ingress controller's certificate (crc-org/crc#2078, crc-org/crc#1376, openshift/origin#24964). */
function routeFromInside(registry: string, { cause, host }: Finding): Correction | null {
  return isOpenShiftRoute(registry) && host.platform === 'openshift' && isOnTheWay(cause)
    ? { from: registry, to: OPENSHIFT_REGISTRY, why: 'openshift-route' }
    : null
}

function registryOfOpenShift3(registry: string, { cause, host }: Finding): Correction | null {
  const mayBeOpenShift = host.platform === 'openshift' || (host.platform === null && host.runtime === 'cri-o')
  return cause === 'registry-not-found-dns' && isOpenShift3Registry(registry) && mayBeOpenShift
    ? { from: registry, to: OPENSHIFT_REGISTRY, why: 'openshift-4' }
    : null
}

/** No identity of the nodes is known where that registry is, and Amazon has the same images where they are (pegasystems/pega-helm-charts#300). */
function partitionOfEks(registry: string, { clues }: Finding): Correction | null {
  const parts = clueOf(clues, 'other-partition')
  const inRegion = parts !== undefined && isOfEks(registry) ? eksRegistryOf(parts.region) : null
  return inRegion === null ? null : { from: registry, to: inRegion, why: 'eks-partition' }
}

/** Charts come with the account of most regions (aws/amazon-vpc-cni-k8s#924). */
function accountOfEks(registry: string, { cause }: Finding): Correction | null {
  const inRegion = isRefusedOrMissing(cause) ? eksRegistryInRegion(registry) : null
  return inRegion === null ? null : { from: registry, to: inRegion, why: 'eks-account' }
}
