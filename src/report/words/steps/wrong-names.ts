/** The words of steps that correct a name which is wrong in itself: unreadable, a placeholder, an ID, too short, or at a wrong registry. */

import type { StepOf, WrongNameStep } from '../../../advice/step/step.ts'
import { clueOf } from '../../../diagnosis/clues/clue.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import { ecrRegion } from '../../../image/cloud-registries.ts'
import { DOCKER_HUB, isDockerHub } from '../../../image/docker-hub.ts'
import { publicName, webSiteIn } from '../../../image/mistakes/misplaced-names.ts'
import { type Placeholder, unfilledIn } from '../../../image/mistakes/placeholder.ts'
import { parseReference, readReference } from '../../../image/reference.ts'
import { registryBehind } from '../../../image/registries.ts'
import { offlineCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { PARTITIONS } from '../cloud-identities.ts'
import { workloadsOf } from '../edits/container-place.ts'
import { setEach, withEdit } from '../edits/edits.ts'
import { imageSettings } from '../node/node-settings.ts'
import { shortList } from '../nouns.ts'
import { isSearched, searchedHosts } from '../searched.ts'
import type { Findings, StepWords } from '../step-words.ts'

/** Whether the node has several registries to search, and the runtime does not choose one of them. */
function isAmbiguous({ evidence }: Pick<Finding, 'evidence'>): boolean {
  return /\breturns ambiguous list\b|\bshort-name resolution enforced\b/i.test(evidence?.text ?? '')
}

export const wrongNameSteps: StepWords<WrongNameStep> = {
  'read-name': ({ image }, { invocation }) => ({
    text: `See what is wrong with the name${refusal(image)}`,
    command: offlineCommand(invocation, `image ${shellWord(image)}`),
  }),
  'fill-part': ({ image, part }) => ({ text: EMPTY[part ?? 'any'](image) }),
  'quote-number': ({ image }) => ({
    text: `Quote the number in the chart's values or in the YAML (or pass it with --set-string), where ${image} is composed, and any other image with the same number: without quotes it was read as a float and written in scientific notation (e+)`,
    brief: `Quote the number in the chart's values or in the YAML, where ${image} is composed: it was read as a float`,
  }),
  'quote-tag': ({ tag, meant, by }) => ({
    text:
      'label' in by
        ? `${tag.includes('.') ? `Put the tag ${meant}` : `If you mean the tag ${meant}, put it`} in quotes where it is a value of its own, such as in the chart's values (or pass it with --set-string): the pod's labels name version ${by.label}, and without quotes YAML reads that as the number ${tag}`
        : `If you mean the tag ${meant}, put it in quotes where it is a value of its own, such as in the chart's values (or pass it with --set-string): without quotes YAML reads it as the number ${tag} (the revision that still runs has the tag ${by.tag})`,
  }),
  'fill-placeholder': ({ of, image }) => ({ text: PLACEHOLDERS[of](image) }),
  'inject-sidecar': (_step, { findings: [{ namespace }] }) => ({
    text: `Label namespace ${namespace} for sidecar injection (istio-injection=enabled, or istio.io/rev=…), check that istiod's webhook is reachable, then recreate the pod: Istio replaces the placeholder "auto" only in pods that it injects`,
  }),
  'name-not-id': ({ image }) => ({
    text: `Write the image's name and tag instead of its ID ${image} (\`docker images\` lists both, on the machine where the image is); if the image was only built there, push it to a registry, or load it on the nodes`,
    brief: `Write the image's name and tag instead of its ID ${image}`,
  }),
  'drop-scheme': ({ image }) => {
    const bare = image.replace(/^[a-z][a-z0-9+.-]*:\/+/i, '')
    const reference = parseReference(bare)
    const site = reference && webSiteIn(reference)
    return {
      text:
        site === null
          ? `Remove the scheme: image names start with the host, as in ${bare}`
          : `Write the image's name, which starts with ${site.to}, instead of the address of a page on ${OF_WEB_SITE.get(site.to) ?? 'a'} website`,
    }
  },
  'drop-surplus-tag': (step, { invocation, findings, findings: [first] }) => {
    const edit = setEach(invocation, findings, ({ clues }) => {
      const { correct = null, repository = '' } = clueOf(clues, 'surplus-tag') ?? {}
      return correct ?? { known: `${repository}:`, open: '<tag>' }
    })
    return withEdit(surplusText(step), first, edit)
  },
  'write-digest': ({ correct, certain }, { invocation, findings, findings: [first] }) => {
    return withEdit(
      certain
        ? `Write the digest with an @ in place of the colon, as in ${correct} (most charts have a separate value for it)`
        : `If the tag is meant as a digest, write it with @sha256:, as in ${correct}`,
      first,
      setEach(invocation, findings, () => correct),
    )
  },
  'full-name': ({ image }, { invocation, findings, findings: [first] }) => {
    // Nothing shows that the image is on Docker Hub, and somebody else's may have its name there.
    const edit = setEach(invocation, findings, finding =>
      isSearched(finding) ? { known: '', open: '<image>' } : onDockerHub(finding.image),
    )
    const place =
      first.workload === null || first.managedBy !== undefined
        ? ''
        : " (in Git or the chart's values, if those manage this workload)"
    const onHub = searchedHosts(first).some(isDockerHub)
      ? ''
      : `: docker.io if the image is on Docker Hub, as in ${onDockerHub(image)}`
    const list =
      first.host.platform === 'openshift'
        ? `change registrySources.containerRuntimeSearchRegistries of ${imageSettings(first.host)}`
        : isAmbiguous(first)
          ? `add an alias on the nodes, or leave one registry in unqualified-search-registries (/etc/containers/registries.conf): they have several, and the runtime does not choose${first.host.runtime === 'cri-o' ? ' unless short_name_mode in its own configuration is "disabled"' : ''}`
          : `${isSearched(first) ? 'add an alias or change' : 'add an alias or'} unqualified-search-registries on the nodes (/etc/containers/registries.conf)`
    return withEdit(`Write the full name with its registry${place}${onHub}; or ${list}`, first, edit)
  },
  'drop-tag': ({ tag }, { invocation, findings, findings: [first] }) => {
    return withEdit(
      `Remove :${tag} from the name (in Git or the chart's values, if those manage this workload): the digest says which image it is`,
      first,
      setEach(invocation, findings, ({ image }) => image.replace(/:[\w.-]+(?=@)/, '')),
    )
  },
  'drop-default-registry': ({ registry, inner }, { invocation, findings, findings: [first] }) => {
    return withEdit(
      `Remove ${registry}/ from the name, which has two registries: a chart or a tool put its default in front of ${inner}, so write that where the registry is set (such as image.registry or global.imageRegistry of a chart), and only the rest as the repository`,
      first,
      setEach(invocation, findings, ({ image }) => image.slice(registry.length + 1)),
    )
  },
  'correct-path': ({ path, likely, certain, ofApi }, { invocation, findings, findings: [first] }) => {
    const { image, registry } = first
    const ofHub = isDockerHub(registry ?? '')
    const edit = setEach(invocation, findings, finding =>
      certain && likely !== null ? finding.image.replace(path, likely) : { known: '', open: '<image>' },
    )
    if (ofApi)
      return withEdit(
        `Write ${likely} instead of ${path} in the name${certain ? '' : `, unless ${registry} has a project of that name`}: the beginning is most likely from the URL of a request to the registry's API (https://${registry}/${path}/...), whose version is no part of an image's name`,
        first,
        edit,
        workloadsOf(findings),
      )
    // Charts with one setting for the registry of all images make such names of Docker Hub's (bitnami/charts, global.imageRegistry).
    if (registry?.endsWith('-docker.pkg.dev')) {
      const names = [...new Set(findings.map(finding => finding.image))]
      const isOne = names.length === 1
      return withEdit(
        `Correct the name${isOne ? '' : 's'} ${shortList(names, 2)}: names at ${registry} consist of a project, a repository, and an image (PROJECT/REPOSITORY/IMAGE), so no image there has ${isOne ? 'this one' : 'one of these'}, and neither a role nor a login helps. If ${isOne ? `${path} is an image` : 'the rest is the name of an image'} of Docker Hub, write docker.io in place of ${registry}, which a chart's setting for all its images (such as global.imageRegistry) may have put in front`,
        first,
        edit,
        workloadsOf(findings),
      )
    }
    const perhaps = likely === null ? '' : `, perhaps to ${image.replace(path, likely)}`
    const values =
      likely === null ? '' : " (a chart's values for the registry and the repository may both have that part)"
    return withEdit(
      certain
        ? `Write ${likely} instead of ${path} in the name${ofHub ? '' : ', if it is of a cache of Docker Hub'}: at Docker Hub, official images and no others are under library/${ofHub ? '; if the image is at another registry, write that registry in front' : ', and it refuses a cache the same way for a name that it does not have as for a wrong login'}`
        : `Correct the name ${image}${perhaps}${values}: names at Docker Hub have two parts, an account and a repository, so no image there has this one, and no login helps; if it is at another registry, write that registry in front`,
      first,
      edit,
      workloadsOf(findings),
    )
  },
  'correct-registry': ({ from, to, why }, { invocation, findings, findings: [first] }) => {
    return withEdit(
      why === 'kubernetes' && !first.image.startsWith(`${from}/`)
        ? `Write ${to} in front of the name if you mean the Kubernetes project's image, which is published there: without a registry in the name, Docker Hub is asked`
        : CORRECTED[why](from, to, first),
      first,
      setEach(invocation, findings, finding => atRegistry(finding, from, to)),
    )
  },
  'other-eks-registry': ({ registry }, { findings: [{ host }] }) => {
    const inRegion =
      host.cloud === null || host.cloud === 'ecr'
        ? `Amazon's registry in the region of the nodes, if that is not ${ecrRegion(registry)}, or `
        : ''
    const brief = `Use ${inRegion}the image's copy in public.ecr.aws, if it has one`
    return {
      text: `${brief} (as public.ecr.aws/eks/aws-load-balancer-controller): ${registry} is Amazon's own for the nodes of EKS, and only AWS identities are allowed to pull from it; https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html lists the registries of all regions`,
      brief,
    }
  },
  'name-registry': ({ name, beside, same }, { findings: [{ image }] }) => ({
    text: same
      ? `Write the full name ${name} if you mean the image that was pulled from there: without a registry in the name ${image}, Docker Hub is asked`
      : `If the image is in the same registry as ${beside}, add that registry to the name, as in ${name}: without a registry in the name ${image}, Docker Hub is asked`,
  }),
}

/** What to do about an empty part of a name, by the part. */
const EMPTY: Record<'repository' | 'registry' | 'any', (image: string) => string> = {
  repository: image =>
    /^[:@]/.test(image)
      ? `Fill in the repository where the name ${image} is put together (such as image.repository in the chart's values, or a variable of the template): there is only what comes after it, so the value is empty`
      : `Fill in the repository where the name ${image} is put together (such as image.repository in the chart's values, or a variable of the template), or remove the slash before its tag or digest if the repository is complete: nothing is after that slash`,
  registry: image =>
    `Fill in the registry where the name ${image} is put together (such as image.registry or global.imageRegistry in the chart's values), or remove the slash at its start: the name begins with one, so the value is empty`,
  any: image =>
    `Fill in the value that is empty where the name ${image} is put together (such as the registry or the project in the chart's values), or remove its last slash if it ends in one: nothing is between two slashes of the name`,
}

/** Returns how to end a name that goes on after its tag or digest. */
function surplusText({ kind, repository, kept, surplus, correct }: StepOf<'drop-surplus-tag'>): string {
  const onlyRepository = `write only ${repository} into the value for the repository (such as image.repository of a chart)`
  switch (kind) {
    case 'digest-as-tag':
      return `Write the digest after an "@" instead of a ":", as in ${correct}`
    case 'colon':
      return `Remove the ":" at the end of the name: most likely, a chart or template adds ":" and an empty tag to a value that is already complete, so ${onlyRepository}, and set the tag where it is added`
    case 'after-digest':
      return `Remove :${surplus} from the end of the name: nothing can follow a digest, and most likely a chart or template adds a tag to a value that has one, so ${onlyRepository}, and the digest where the chart has a value for it`
    case 'timestamp':
      return `Put the tag "${kept}" in quotes where it is a value of its own (in the chart's values, or where an image automation writes it), as in tag: "${kept}" (or pass it with --set-string): without quotes, YAML reads the date as a timestamp`
    case 'two-tags':
      return surplus === kept
        ? `Remove one of the two tags, as both are ${kept}: most likely, a chart or template adds the tag to a value that has it already, so ${onlyRepository}`
        : `Write one of the two tags, ${kept} or ${surplus}: most likely, a chart or template adds a tag to a value that has one already, so ${onlyRepository}, and the tag where it is set`
  }
}

/** Returns a short name as Docker and containerd complete it. */
const onDockerHub = (image: string) => `docker.io/${image.includes('/') ? image : `library/${image}`}`

const CORRECTED: Record<
  StepOf<'correct-registry'>['why'],
  (from: string, to: string, finding: Findings[number]) => string
> = {
  'web-site': (from, to) =>
    `Write ${to} instead of ${from}: that is ${OF_WEB_SITE.get(to) ?? 'a'} website, not the registry`,
  'hub-login': (from, to) =>
    registryBehind(from) === to
      ? `Write ${to} instead of ${from}, which is only another name of Docker Hub: the kubelet finds the pod's login under ${to} (or add the same login to its secret under the key ${from} too)`
      : `Write ${to} instead of ${from}: only under that name does the kubelet find the pod's login for Docker Hub`,
  kubernetes: (from, to) =>
    `Write ${to} instead of ${from} if you mean the Kubernetes project's image, which is published there: a default of a chart, or its global.imageRegistry, put ${from} in front of the name`,
  typo: (from, to, { credential, cause }) => {
    const { secret } = credential.attempts.find(({ key }) => key?.split(', ').includes(to)) ?? {}
    const login = secret === undefined ? '' : `, as the pod's secret ${secret} for ${to} suggests`
    const stranger =
      cause === 'registry-not-found-dns'
        ? ''
        : `; ${from} can be anybody's host, so never log in there unless you know whose it is`
    return `Write ${to} instead of ${from}, if you mean that registry${login}: the name looks mistyped${stranger}`
  },
  'other-name': (from, to) =>
    `Write ${to} instead of ${from}, if you mean that registry: running containers were pulled from ${to}, and the name ${from} looks mistyped`,
  'other-port': (from, to) =>
    `Write ${to} instead of ${from}, if you mean that registry: running containers were pulled from ${to}, and without a port in the name, nodes ask the default port`,
  'other-loopback': (from, to) =>
    `Write ${to} instead of ${from}, if the image was pushed to that registry: ${from} is the node itself, where no registry answered at that port, and running containers were pulled from ${to}`,
  'private-link': (from, to) =>
    `Write ${to} instead of ${from}: with a private endpoint, clients keep using the public name, which private DNS resolves to the private address, and the certificate is only for that name`,
  'inside-alibaba': (from, to) =>
    `Write ${to} instead of ${from} if the nodes are not in Alibaba Cloud's region ${publicName(from)?.region}: only VPCs there reach that name, and the other one is public (an Enterprise instance has to allow access over the internet)`,
  microk8s: (from, to) =>
    `Write ${to} instead of ${from} if you mean MicroK8s's registry: it listens at that port of every node (\`microk8s enable registry\`), and nothing does at ${from}`,
  'openshift-route': (from, to) =>
    `Write ${to} instead of ${from}, if that is this cluster's own registry: ${from} is its route for clients outside, while nodes resolve the name of its Service, and trust the certificate of that`,
  'eks-account': (from, to) =>
    `Write ${to} instead of ${from}: in region ${ecrRegion(to)}, Amazon has the images of EKS in that account, not in the one of most regions (https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html)`,
  'eks-partition': (from, to, { clues }) =>
    `Write ${to} instead of ${from}: the nodes are in ${ecrRegion(to)}, where Amazon has the images of EKS in that registry, and ${from} is in ${PARTITIONS[clueOf(clues, 'other-partition')?.of ?? 'aws']}, where no identity of theirs is valid. Or use a public copy, if the image has one (as public.ecr.aws/eks/aws-load-balancer-controller)`,
  'cache-of-hub': (from, to) =>
    `Write ${to} instead of ${from}, if the image is there (\`pullguard image --check-images\` tells): ${from} is Google's cache of Docker Hub, which only has images that are pulled often, and fetches no others. Nodes that have it as a mirror of ${to} ask Docker Hub for the rest`,
  'openshift-4': (from, to) =>
    `Write ${to} instead of ${from}: that is the registry's name in OpenShift 3, and nodes of OpenShift 4 only know the new one`,
}

/** Whose website it is, by the registry that belongs to it. */
const OF_WEB_SITE: ReadonlyMap<string, string> = new Map([
  [DOCKER_HUB, "Docker Hub's"],
  ['quay.io', "Quay's"],
  ['ghcr.io', "GitHub's"],
  ['registry.gitlab.com', "GitLab's"],
  ['public.ecr.aws', "Amazon's"],
])

/** Parts of the paths of Docker Hub's and GitHub's websites that are not of the image. */
const SITE_PATHS: readonly [RegExp, string][] = [
  [/^\/(?:r|repository\/docker)(?=\/[^/]+\/[^/]+$)/, ''],
  [/^\/(?:orgs|users)\/([^/]+)\/packages\/container\/(?:package\/)?(?=[^/]+$)/, '/$1/'],
  [/^\/([^/]+)\/[^/]+\/pkgs\/container\/(?=[^/]+$)/, '/$1/'],
]

/** Returns the finding's image at another registry. */
function atRegistry({ image, registry }: Findings[number], from: string, to: string): string {
  const written = [from, registry ?? ''].find(host => image.startsWith(`${host}/`))
  const path = written === undefined ? `/${image}` : image.slice(written.length)
  return `${to}${SITE_PATHS.reduce((left, [pattern, image]) => left.replace(pattern, image), path)}`
}

/** How to fill in a placeholder, by what should have done it. */
const PLACEHOLDERS: Record<Exclude<Placeholder, 'istio'>, (image: string) => string> = {
  template: image =>
    /^controller(?::latest)?$/.test(image)
      ? `Name the image of the operator: ${image} is the placeholder of Kubebuilder and the Operator SDK, which \`make deploy IMG=<image>\` (\`kustomize edit set image controller=<image>\`) replaces`
      : `Fill in ${unfilledIn(image) ?? 'the placeholder'} in ${image}: a variable or template value was not set when this was rendered${/\$\{?\w/.test(image) ? ', or nothing rendered it (kubectl does not replace variables; `envsubst` does)' : ''}`,
  tag: image =>
    `Use a real tag in ${image}: this one looks like a placeholder that a build, a chart, or a kustomize overlay should have replaced`,
  ko: image =>
    `Apply the manifests of a release, or build these with ko (\`ko resolve -f <file>\` prints them with real names, \`ko apply -f <file>\` applies them): ${image} is a Go package from which the build tool ko makes an image, not an image`,
  bazel: image =>
    `Apply the manifests that Bazel renders (rules_gitops, rules_k8s), or those of a release: ${image} is the label of a build target, which those rules replace with the name of the image that they push`,
}

/** Returns why the name does not parse, in parentheses; empty if only the runtime rejects it. */
function refusal(image: string): string {
  const read = readReference(image)
  return 'refused' in read ? ` (${read.refused})` : ''
}
