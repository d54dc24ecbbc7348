/** The words of steps that check an image's name and tag, at its registry or on the node. */

import type { NameStep } from '../../../advice/step/step.ts'
import { clueOf, hasClue } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { cloudOf, ecrCachePrefix } from '../../../image/cloud-registries.ts'
import { DOCKER_HUB, isDockerHub } from '../../../image/docker-hub.ts'
import { isFixedImage } from '../../../image/fixed-tag.ts'
import { inLowerCase } from '../../../image/mistakes/lower-case.ts'
import { webSiteIn } from '../../../image/mistakes/misplaced-names.ts'
import { missingNamespace } from '../../../image/mistakes/missing-namespace.ts'
import type { MovedState } from '../../../image/moved/moved-row.ts'
import { isPackagedByRancher } from '../../../image/official-images.ts'
import { parseReference, withoutVersion } from '../../../image/reference.ts'
import { isFixedHost, isHosted, isOpenShiftRegistry } from '../../../image/registries.ts'
import { kubectlCommand, ocCommand, ownCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { artifactRepository } from '../cloud-identities.ts'
import { workloadsOf } from '../edits/container-place.ts'
import { editField, setEach } from '../edits/edits.ts'
import { nodeName } from '../node/node.ts'
import { mirrorSettings } from '../node/node-settings.ts'
import { registryLabel, shortList } from '../nouns.ts'
import type { Findings, StepWords } from '../step-words.ts'
import { mayLackLibrary, pathHint } from './path-hints.ts'
import { buildHint, tagHint } from './running-beside.ts'
import { isProven, meantRepository, otherRepositoryHint, servingHint } from './serving-image.ts'

/** Returns what images of the former Docker Store want of an account (docker/docs#5307). */
function ofStore({ registry, reference }: Finding): string {
  return isDockerHub(registry ?? '') && /^[^/]+\/store\/[^/]+\/[^/]+$/.test(reference ?? '')
    ? '. Images below store/ are those of publishers, and are only for accounts that accepted their terms at hub.docker.com; the publisher may have moved them to its own registry since'
    : ''
}

export const nameSteps: StepWords<NameStep> = {
  'check-name': ({ how }, { findings: [first, ...others] }) => {
    const { image, registry, clues } = first
    const name = registryLabel(registry)
    const open = clueOf(clues, 'open-beside')?.beside
    switch (how) {
      case 'official':
        return {
          text: `Check the name ${image} for a typo or a missing prefix: official images on Docker Hub are public, so no image has this name, and a login doesn't change that; an image of your own has to be pushed to a registry and named after it${hasClue(clues, 'policy-forced') ? '' : ', or loaded on the nodes'}`,
        }
      case 'public':
        return {
          text: `Check the name ${image} for a typo: everything at ${name} is public, so a login is neither needed nor helpful`,
        }
      case 'hidden':
        return {
          text: `Check the name ${image} for a typo, and whether the repository was renamed or removed${otherRepositoryHint(first)}: for a name that does not exist, ${name} gives the same answer as for a private image${open === undefined ? '' : `, and ${open}, which is beside it, was pulled without a pull secret`}${ofStore(first)}`,
        }
      case 'owner':
        return {
          text: `Check the owner and the name in ${image} for a typo, and whether the package was renamed or removed: without a login, ${name} usually answers 403 for packages that do not exist, and 401 for private ones`,
        }
      case 'namespace':
        return {
          text: `Add the ${missingNamespace(first.reference) ?? 'namespace'} to the name ${image}, which every image at ${name} has in front of its own name: without it, no image can have this name${pathHint(registry, `${withoutVersion(image)}:`)}`,
        }
      case 'repository':
        return {
          text: `Check the name ${image} for a typo, and whether the repository was renamed or removed${otherRepositoryHint(first) || pathHint(registry, `${withoutVersion(image)}:`)}`,
        }
      case 'digest':
        return {
          text: `Check the digest in ${image}: it is mistyped, belongs to another repository, or was removed; registries delete digests that no tag points to anymore, so ${ofBundle(first) ?? `use the tag's current one${ofCopy(registry)}`}`,
          brief: `Check the digest in ${image}: it is mistyped, belongs to another repository, or was removed`,
        }
      case 'plain': {
        const place = first.subcause === 'repository' ? artifactRepository(first.reference) : null
        if (place !== null && registry?.endsWith('-docker.pkg.dev') === true)
          return {
            text: `Check the project (${place.project}), the location (${place.location}), and the repository (${place.repository}) in ${image}: Artifact Registry has no such repository there, so it is misspelled, was deleted, or still has to be created`,
          }
        // Whoever says that the repository does not exist has not looked for the tag.
        if (first.subcause === 'repository')
          return {
            text: `Check the name ${image} for a typo, and whether its repository was renamed or removed, or nothing was ever pushed to it${buildHint(first) ?? servingHint(first) ?? (releaseHint(first) || (first.moved === null ? pathHint(registry, `${withoutVersion(image)}:`) : ''))}`,
            brief: `Check the name for a typo, and whether the repository was renamed or removed${others.length === 0 ? otherRepositoryHint(first) : ''}`,
          }
        return {
          text: `Check the name and the tag of ${image} for a typo, and whether it was ever pushed or has been removed${buildHint(first) ?? servingHint(first) ?? (tagHint(first) || releaseHint(first) || (first.moved === null ? pathHint(registry, image) : ''))}`,
          brief: `Check the name and tag for a typo, and whether the image was ever pushed or has been removed${others.length === 0 ? otherRepositoryHint(first) : ''}`,
        }
      }
    }
  },
  'near-official': ({ names }, { findings: [{ image }] }) => ({
    text: `Correct the name ${image}, perhaps to that of the official image ${names.join(' or ')}`,
  }),
  'existing-official': (_step, { findings: [{ image, host, reference }] }) => ({
    text: `Check the node's mirror settings, which may rewrite names, in ${mirrorSettings(host, DOCKER_HUB)}, and any proxy in between: ${image} is ${isPackagedByRancher(reference) ? 'an image of K3s and RKE2' : 'an official image'} that anyone can pull, so most likely Docker Hub was asked for another name, or did not answer itself`,
  }),
  'hub-refuses-all': () => ({
    text: 'If Docker Hub refuses the image on other machines too (`docker pull`), its token server has a fault: see https://www.dockerstatus.com, and wait',
  }),
  'proxy-project': ({ host, product }, { findings: [{ reference, clues }] }) => ({
    text:
      product === 'ecr' && reference?.includes('@') === true
        ? `If ${ecrCachePrefix(reference)} is a pull-through cache, pull the image once by its tag, or name it by the tag alone: ECR does not fetch an image from the upstream that is first asked for by digest; for that pull, the role needs ecr:BatchImportUpstreamImage and ecr:CreateRepository`
        : product === 'ecr'
          ? `If ${ecrCachePrefix(reference)} is a pull-through cache, allow the nodes' role ecr:BatchImportUpstreamImage and ecr:CreateRepository, in its policies or in the registry's (of Amazon's own policies, AmazonEC2ContainerRegistryReadOnly has neither, and AmazonEC2ContainerRegistryPullOnly only the first), and check that the image is at the upstream: otherwise an image that nobody has pulled yet is not found`
          : product === 'harbor'
            ? `If this is a proxy cache project of Harbor, check the log of Harbor at ${host} and its connection to the upstream registry: when that fails, it gives the same answer${ofHarbor215(host, clues)}`
            : `If ${host} fetches this path from an upstream registry (a proxy or remote repository), check its log and its login there: it may give the same answer when the upstream refuses it or can't be reached${ofHarbor215(host, clues)}`,
  }),
  'ask-registry': (_step, { invocation, findings }) => ({
    text: 'Ask the registry whether the image exists and which login can pull it (costs no pulls)',
    command: ownCommand(invocation, `diagnose ${diagnoseScope(findings)} --check-images`),
  }),
  'near-tags': ({ likely, tags }, { findings: [{ image }] }) => ({
    text:
      likely === null
        ? `Choose a tag that exists: ${shortList(tags, 5)} ${tags.length === 1 ? 'is' : 'are'} the nearest to that of ${image}`
        : `Use the tag ${likely} if that is what you meant: it exists${
            tags.length > 1
              ? ` (similar tags: ${shortList(
                  tags.filter(tag => tag !== likely),
                  4,
                )})`
              : ''
          }`,
  }),
  'near-repositories': ({ names: near }, { findings: [{ image, registry }] }) => ({
    text:
      near.length === 0
        ? `Correct the name ${image}: ${registryLabel(registry)} lists no public repository with that name`
        : `Correct the name ${image}: ${registryLabel(registry)} has no public repository with that name, but it has ${shortList(near, 4)}`,
  }),
  'set-tag': ({ tag }, { invocation, findings }) =>
    setEach(
      invocation,
      findings,
      ({ image, check }) => `${withoutVersion(image)}:${check?.likelyTag ?? tag}`,
    ),
  'look-up-stream': ({ namespace, stream, tag, image, lookUp }, { invocation }) =>
    lookUp
      ? {
          text: `Have OpenShift read ${stream}:${tag} as that tag of image stream ${stream}, whose lookupPolicy.local is off, so that the name goes to a registry; then delete the pod, as names are only replaced when a pod is created. Or write the full name, ${image}`,
          command: ocCommand(invocation, `set image-lookup ${shellWord(stream)}`, namespace),
        }
      : {
          text: `Write the full name of tag ${tag} of image stream ${stream}, ${image}: in namespace ${namespace}, OpenShift never replaces short names by it`,
        },
  'image-trigger': ({ namespace, stream, tag, paused }, { invocation, findings: [first] }) => {
    const { workload, container, image } = first
    const what = workload === null ? 'its workload' : `${workload.kind.toLowerCase()}/${workload.name}`
    const until = `until then, the name "${image}" goes to a registry as it is`
    return paused && workload !== null
      ? {
          text: `Resume OpenShift's image trigger of ${what}: it writes the image of tag ${tag} of image stream ${namespace}/${stream} into container ${container}, but is paused, and ${until}`,
          command: ocCommand(invocation, `set triggers ${shellWord(what)} --auto`, first.namespace),
        }
      : {
          text: `See whether image stream ${namespace}/${stream} has the tag ${tag}, and import or build it if it does not: OpenShift's image trigger of ${what} writes the image of that tag into container ${container}${paused ? ' unless it is paused' : ''}, and ${until}`,
          command: kubectlCommand(invocation, `describe imagestream ${shellWord(stream)}`, namespace),
        }
  },
  'see-image-stream': ({ project, stream, tag }, { invocation }) => ({
    text:
      tag === null
        ? `See which images stream ${project}/${stream} still has: OpenShift's image pruner removes those that no tag and no pod refers to anymore. Name one of its tags or current digests, or build the image again (\`${ocCommand(invocation, 'start-build <build-config>', project)}\`)`
        : `See whether image stream ${project}/${stream} has the tag ${tag}, and whether its import failed (then import it again with \`${ocCommand(invocation, `import-image ${shellWord(`${stream}:${tag}`)}`, project)}\`, for which the cluster has to reach the image's source, or build it)`,
    command: kubectlCommand(invocation, `describe imagestream ${shellWord(stream)}`, project),
  }),
  'name-version': ({ image }) => ({
    text: `Name a version (a tag or a digest) of the image: ${/:latest$/.test(image) ? 'its repository has no tag latest' : `without one, ${image} means the tag latest, which its repository does not have`}`,
  }),
  'use-local-image': ({ listed, meanwhile, template }, { invocation, findings, findings: [first] }) => {
    const { image, reference, workload, host } = first
    if (template !== undefined) {
      const [there, onNode] = listed ? [`, which ${nodeName(first)} has,`, 'there'] : ['', 'on the node']
      // Another pod's login may have pulled what has a registry or an account in its name.
      const isOwn = listed && !image.includes('/')
      return {
        text: `${isOwn ? `Push ${image}${there}` : `If ${image}${there} was only built or loaded ${onNode}, push it`} to a registry that the nodes reach, and name it after that; or, if the cluster isn't shared, have what sets imagePullPolicy Always at admission removed (the API server's plugin AlwaysPullImages, or a webhook): the template has ${template} already, but the pod got Always, with which the kubelet always asks the registry`,
      }
    }
    // Since then, the kubelet asks for that login by default (KEP-2535).
    const checksLogin = host.kubeletMinor !== null && host.kubeletMinor >= 35
    const other = reference?.endsWith(':latest') === true ? ', or use a tag other than latest' : ''
    const where = nodeName(first)
    const { text, command } = editField(
      invocation,
      first,
      meanwhile
        ? `Or set imagePullPolicy to IfNotPresent: ${where} has ${image} already${isFixedImage(image) ? '' : ' (perhaps an older build than the tag has today)'}, so pods there start without the registry then, unless the cluster sets Always at admission (plugin AlwaysPullImages)${checksLogin ? ' or the image was pulled with a login that the pod lacks' : ''}`
        : listed
          ? `Set imagePullPolicy to IfNotPresent${other}: ${image} is on ${where} already, but with Always the kubelet asks the registry anyway. If the template has IfNotPresent, the cluster sets Always at admission (plugin AlwaysPullImages): then push the image to a registry`
          : `If ${image} was only built or loaded on the node${OF_TOOL[host.platform ?? ''] ?? ''}, set imagePullPolicy to IfNotPresent${other}: with Always the kubelet asks the registry anyway`,
      workloadsOf(findings),
    )
    // Alone, as the next step, the command that only shows a pod would say nothing.
    return { text, ...(workload !== null && command !== undefined && { command }) }
  },
  'set-image': ({ known }, { invocation, findings }) =>
    setEach(invocation, findings, finding => {
      const meant = meantRepository(finding)
      if (meant !== null) return meant
      return known === 'repository' && !isGone(finding) && !mayBeOtherPath(finding)
        ? { known: `${withoutVersion(finding.moved?.to ?? finding.image)}:`, open: '<tag>' }
        : corrected(finding.image)
    }),
}

/** Whether another tag may not help: an official image that a cache has only below library/. */
function mayBeOtherPath(finding: Findings[number]): boolean {
  return !isProven(finding) && mayLackLibrary(finding.registry, finding.image)
}

/** What loads images into the nodes of such clusters. */
const OF_TOOL: Partial<Record<string, string>> = {
  kind: ' (`kind load`)',
  minikube: ' (`minikube image load`)',
}

/** Returns what one version of Harbor makes of any image of Docker Hub (goharbor/harbor#23025, corrected in 2.15.1). */
function ofHarbor215(host: string, clues: Findings[number]['clues']): string {
  const isHarbor = /harbor/i.test(host) || hasClue(clues, 'harbor')
  const upstream = clueOf(clues, 'relays')?.upstream ?? DOCKER_HUB
  return isHarbor && upstream === DOCKER_HUB
    ? ', as Harbor 2.15.0 always does for images of Docker Hub that it has not cached (update to 2.15.1: goharbor/harbor#23025)'
    : ''
}

/** Returns the name without a scheme, or in lower case, if that is all that is wrong with it: not the address of a page on a web site. */
function corrected(image: string): { known: string; open: string } {
  const bare = image.replace(/^https?:\/\//i, '')
  const reference = bare === image ? null : parseReference(bare)
  const known = reference === null || webSiteIn(reference) !== null ? inLowerCase(image) : bare
  return known === null ? { known: '', open: '<image>' } : { known, open: '' }
}

const WITHOUT_TAGS: readonly MovedState[] = ['deleted', 'ended', 'retired', 'moved']

/** Whether no tag of the image's repository helps: its publisher gave it up, and no other place is known. */
function isGone({ moved }: Findings[number]): boolean {
  return moved?.to === null && WITHOUT_TAGS.includes(moved.state)
}

function diagnoseScope(findings: readonly { namespace: string }[]): string {
  const [first = '', ...others] = new Set(findings.map(({ namespace }) => namespace))
  return others.length === 0 ? `-n ${shellWord(first)}` : '-A'
}

/** Returns that a private registry needs the images of each release of K3s and RKE2; empty for other images, and on other nodes. */
function releaseHint({ reference, host: { platform } }: Findings[number]): string {
  const { registry = DOCKER_HUB, repository = '', tag = '' } = parseReference(reference ?? '') ?? {}
  const isOfNode = platform === 'rke2' || platform === 'k3s'
  return isOfNode && registry !== DOCKER_HUB && isPackagedByRancher(`${DOCKER_HUB}/${repository}:${tag}`)
    ? ` (it comes with ${platform === 'rke2' ? 'RKE2' : 'K3s'}: after an upgrade, the registry needs the images of the new release)`
    : ''
}

/** Returns whose digest it is where an operator's bundle has it (kubevirt/hyperconverged-cluster-operator#2712, hpe-storage/csi-driver#494). */
function ofBundle({ managedBy, host, image }: Findings[number]): string | null {
  const other =
    'choose another version of the operator in its Subscription, as this digest comes from the bundle in its catalog'
  if (managedBy?.tool === 'olm') return other
  return host.platform === 'openshift' && /operator/.test(image)
    ? `use the tag's current one; if Operator Lifecycle Manager installed the operator, ${other}`
    : null
}

/** Returns why a copy has another digest than the image, which charts name with the digest of their publisher's. */
function ofCopy(registry: string | null): string {
  const isOfOthers =
    registry === null ||
    isOpenShiftRegistry(registry) ||
    isFixedHost(registry) ||
    (isHosted(registry) && cloudOf(registry) === null)
  return isOfOthers
    ? ''
    : '; if this is a copy, it only has the digest of the original if it was copied whole (`crane copy`, `skopeo copy --all`): `docker push` makes another one, so name that, or clear the digest in the chart\'s values (`digest: ""`)'
}
