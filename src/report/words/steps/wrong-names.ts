/** The words of steps that correct a name which is wrong in itself: unreadable, a placeholder, an ID, too short, or at a wrong registry. */

import type { StepOf, WrongNameStep } from '../../../advice/step.ts'
import { type Placeholder, unfilledIn } from '../../../image/placeholder.ts'
import { readReference } from '../../../image/reference.ts'
import { offlineCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { setImages, withEdit } from '../edits.ts'
import type { Findings, StepWords } from '../steps.ts'

export const wrongNameSteps: StepWords<WrongNameStep> = {
  'read-name': ({ image }, { invocation }) => ({
    text: `See what is wrong with the name${refusal(image)}`,
    command: offlineCommand(invocation, `image ${shellWord(image)}`),
  }),
  'quote-number': ({ image }) => ({
    text: `Quote the number in the chart's values or in the YAML, where ${image} is composed: without quotes it was read as a float and written in scientific notation (e+)`,
  }),
  'fill-placeholder': ({ of, image }) => ({ text: PLACEHOLDERS[of](image) }),
  'inject-sidecar': (_step, { findings: [{ namespace }] }) => ({
    text: `Let Istio inject the pod: "auto" is a placeholder that sidecar injection replaces. Label the namespace ${namespace} (istio-injection=enabled, or istio.io/rev=…), check that istiod's webhook is reachable, then recreate the pod`,
  }),
  'name-not-id': ({ image }) => ({
    text: `Write the image's name and tag instead of its ID ${image} (\`docker images\` lists both, on the machine where the image is); if the image was only built there, push it to a registry, or load it on the nodes`,
    brief: `Write the image's name and tag instead of its ID ${image}`,
  }),
  'drop-scheme': ({ image }) => ({
    text: `Remove the scheme: image names start with the host, as in ${image.replace(/^[a-z][a-z0-9+.-]*:\/+/i, '')}`,
  }),
  'write-digest': ({ correct, certain }, { invocation, findings: [first, ...others] }) => {
    const edit = (finding: Findings[number]) => ({ ...finding, known: correct, open: '' })
    return withEdit(
      certain
        ? `Write the digest with an @ in place of the colon, as in ${correct} (charts mostly have a value of their own for it)`
        : `If the tag is meant as a digest, write it with @sha256:, as in ${correct}`,
      first,
      setImages(invocation, [edit(first), ...others.map(edit)]),
    )
  },
  'full-name': ({ image }, { invocation, findings: [first, ...others] }) => {
    const edit = (finding: Findings[number]) => ({ ...finding, known: onDockerHub(finding.image), open: '' })
    return withEdit(
      `Write the full name with its registry: docker.io if the image is on Docker Hub, as in ${onDockerHub(image)}; or add an alias or unqualified-search-registries on the nodes (/etc/containers/registries.conf)`,
      first,
      setImages(invocation, [edit(first), ...others.map(edit)]),
    )
  },
  'drop-default-registry': ({ registry, inner }, { invocation, findings: [first, ...others] }) => {
    const edit = (finding: Findings[number]) => ({
      ...finding,
      known: finding.image.slice(registry.length + 1),
      open: '',
    })
    return withEdit(
      `Remove ${registry}/ from the name, which has two registries: a chart or a tool put its default in front of ${inner}, so write that where the registry is set (such as image.registry or global.imageRegistry of a chart), and only the rest into the repository`,
      first,
      setImages(invocation, [edit(first), ...others.map(edit)]),
    )
  },
  'correct-registry': ({ from, to, why }, { invocation, findings: [first, ...others] }) => {
    const edit = (finding: Findings[number]) => ({ ...finding, known: atRegistry(finding, to), open: '' })
    return withEdit(
      CORRECTED[why](from, to),
      first,
      setImages(invocation, [edit(first), ...others.map(edit)]),
    )
  },
  'name-registry': ({ name, beside, same }, { findings: [{ image }] }) => ({
    text: same
      ? `Write the full name ${name} if you mean the image that was pulled from there: without a registry in the name ${image}, Docker Hub is asked`
      : `Write the registry into the name if the image is beside ${beside}, as in ${name}: without a registry in the name ${image}, Docker Hub is asked`,
  }),
}

/** Returns a short name as Docker and containerd complete it. */
const onDockerHub = (image: string) => `docker.io/${image.includes('/') ? image : `library/${image}`}`

const CORRECTED: Record<StepOf<'correct-registry'>['why'], (from: string, to: string) => string> = {
  'web-site': (from, to) => `Write ${to} instead of ${from}: that is Docker Hub's web site, not the registry`,
  'hub-login': (from, to) =>
    `Write ${to} instead of ${from}: only under that name does the kubelet find the pod's login for Docker Hub`,
  kubernetes: (from, to) =>
    `Write ${to} instead of ${from} if the image of the Kubernetes project is meant, which is published there: a default of a chart, or its global.imageRegistry, put ${from} in front of the name`,
  typo: (from, to) => `Write ${to} instead of ${from}, if that registry is meant: the names differ by a typo`,
  'private-link': (from, to) =>
    `Write ${to} instead of ${from}: with a private endpoint, clients keep using the public name, which private DNS resolves to the private address, and the certificate is only for that name`,
  'openshift-4': (from, to) =>
    `Write ${to} instead of ${from}: that is the registry's name in OpenShift 3, and nodes of OpenShift 4 only know the new one`,
}

/** Returns the finding's image at another registry; the web site has parts in its paths that are not of the image. */
function atRegistry({ image, registry }: Findings[number], to: string): string {
  const path = image.slice((registry ?? '').length)
  return `${to}${path.replace(/^\/(?:r|repository\/docker)(?=\/[^/]+\/[^/]+$)/, '')}`
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
