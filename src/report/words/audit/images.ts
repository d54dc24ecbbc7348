/** The words of rules about images: their names, existence, tags, digests, and pull policies. */

import type { WordsOfRules } from '../audit.ts'
import { checkText } from '../image-check.ts'
import { movedText } from '../moved.ts'
import { namedList, pluralize, shortList } from '../nouns.ts'

const NAMES = {
  'service-name': 'nodes do not use the DNS of the cluster, so they cannot resolve the name of a Service',
  loopback: 'on a node, this is the node itself',
  website: 'this is a website, not a registry',
  capitals:
    'because of its capital letters, Kubernetes takes this part of the name for the host of a registry',
  'hub-alias': 'kubelets do not match this name with a login for Docker Hub',
  misspelled: 'this is most likely a typo, and anybody can own that host',
}

const PROOF = {
  found: ' The registry has it there.',
  missing: ' But the registry does not have this tag there.',
  'not-asked': '',
}

const DIGEST = 'sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c'

export const IMAGE_WORDS: WordsOfRules<
  | 'invalid-reference'
  | 'number-in-reference'
  | 'ambiguous-reference'
  | 'moved-image'
  | 'missing-image'
  | 'refused-login'
  | 'wrong-platform'
  | 'no-tag'
  | 'no-digest'
  | 'stale-latest'
  | 'always-pull'
  | 'forced-always'
> = {
  'invalid-reference': {
    title: 'Invalid image name',
    sentence: ({ arguments: { reason }, container }) =>
      `"${container?.image ?? ''}" is not a valid image name: ${reason}.`,
    why: 'The kubelet refuses a name that does not fit the grammar, and the container waits with InvalidImageName until the name is corrected.',
    todo: 'Correct the name: registry/repository:tag@digest, with the repository in lower case',
    example: { before: 'image: acme/Shop:1.4.2', after: 'image: acme/shop:1.4.2' },
  },
  'number-in-reference': {
    title: 'Number without quotes',
    sentence: ({ arguments: { how, written } }) =>
      how === 'not-text'
        ? `YAML reads ${written} as a number or boolean, and an image must be text.`
        : `"${written}" has a number in scientific notation, as if digits without quotes had been read as a number.`,
    why: 'YAML reads digits without quotes as a number, which may then be written in another form: the account 170000000000 becomes 1.7e+11, and the tag 1.10 becomes 1.1.',
    todo: "Put the value in quotes where it is written, such as in the chart's values",
    example: { before: 'tag: 2400000', after: 'tag: "2400000"' },
  },
  'ambiguous-reference': {
    title: 'Registry name that leads nodes elsewhere',
    sentence: ({ arguments: { how, host, meant } }) =>
      `The image is pulled from ${host}: ${NAMES[how]}${meant === undefined ? '' : `; ${meant} is nearly the same name`}.`,
    why: "Images are pulled by nodes, which have their own DNS and loopback address, and a kubelet matches logins with the registry's name exactly as it is written. A host whose name is nearly a well-known registry's can belong to anybody, and collect the logins that it asks for.",
    todo: 'Name the registry as every node can reach it; for Docker Hub, write docker.io',
    example: {
      before: 'image: registry-1.docker.io/acme/shop:1.4.2',
      after: 'image: docker.io/acme/shop:1.4.2',
    },
  },
  'moved-image': {
    title: 'Image that moved or is gone',
    sentence: ({ arguments: { moved, proof }, container }) =>
      `${movedText(moved, container?.image ?? '')}.${PROOF[proof]}`,
    why: 'Nodes that still have the image keep running it, so nothing looks wrong. A new node may not be able to pull it, and Docker Hub answers "access denied" for deleted images, which looks like a missing login.',
    todo: 'Use the new location after checking that it has your tag (--check-images asks the registry, `audit --fix` writes it if it is there)',
    example: {
      before: 'image: k8s.gcr.io/pause:3.9',
      after: 'image: registry.k8s.io/pause:3.9',
    },
  },
  'missing-image': {
    title: 'Image missing from its registry',
    sentence({ arguments: { check, ranOn } }) {
      const ran =
        ranOn.length === 0
          ? ''
          : ` It still runs on ${pluralize(ranOn.length, 'node')} (${shortList(ranOn, 3)}) that pulled it before.`
      return `${checkText(check)}${ran}`
    },
    why: 'Pods can start only on nodes that still have the image. Any other node gets "not found" or "access denied".',
    todo: 'Correct the name, push the image again, or use a tag that exists',
    example: { before: 'image: nginx:1.27-alpne', after: 'image: nginx:1.27-alpine' },
  },
  'refused-login': {
    title: 'Image that the pods are not allowed to pull',
    sentence: ({ arguments: { check } }) => checkText(check),
    why: 'The registry refused a request like that of the pods. Pods start only on nodes that still have the image.',
    todo: 'Give the pods a login that can pull the image, or check the name: many registries also answer "denied" for images that do not exist',
    example: {
      before: 'spec:\n  containers:',
      after: 'spec:\n  imagePullSecrets:\n  - name: registry-login\n  containers:',
    },
  },
  'wrong-platform': {
    title: 'Image not built for all nodes',
    sentence: ({ arguments: { built, lacking } }) =>
      `It is built for ${built.join(', ')}, and the cluster also has nodes of ${lacking.join(', ')}.`,
    why: 'A node of another platform cannot pull the image ("no match for platform in manifest") or cannot run it ("exec format error").',
    todo: 'Build the image for every platform, or keep the pods on matching nodes with a node selector',
    example: {
      before: 'spec:\n  containers:',
      after: 'spec:\n  nodeSelector:\n    kubernetes.io/arch: amd64\n  containers:',
    },
  },
  'no-tag': {
    title: 'Image without a tag, or with the tag latest',
    sentence: ({ arguments: { implied }, container }) =>
      implied
        ? `${container?.image} has no tag, so Kubernetes takes latest.`
        : `${container?.image} is whatever was pushed last.`,
    why: "You can't tell which build is running, a rollback may change nothing, and the default pull policy is Always, so every start needs the registry.",
    todo: 'Name the version that you have tested, preferably with its digest (`audit --fix` writes the one that the tag has now)',
    example: { before: 'image: nginx', after: `image: nginx:1.27.3@${DIGEST}` },
  },
  'no-digest': {
    title: 'Image without a digest',
    sentence: ({ arguments: { tag } }) => `The tag ${tag} can be moved to another build.`,
    why: 'A tag can be pushed again. Nodes that pulled it at different times then run different builds under one name. A digest always names the same build.',
    todo: 'Add the digest (`audit --fix` writes the one that the tag has now)',
    example: { before: 'image: nginx:1.27.3', after: `image: nginx:1.27.3@${DIGEST}` },
  },
  'stale-latest': {
    title: 'Tag latest that is never pulled again',
    sentence: ({ arguments: { policy } }) =>
      policy === 'Never'
        ? 'With pull policy Never, each node runs whatever somebody loaded there as latest.'
        : 'With pull policy IfNotPresent, each node keeps whatever was latest when it pulled.',
    why: 'Nodes drift apart: two replicas of one workload run two builds, and a new node may run a third.',
    todo: 'Name a version, preferably with its digest',
    example: {
      before: 'image: acme/shop:latest\nimagePullPolicy: IfNotPresent',
      after: 'image: acme/shop:1.4.2\nimagePullPolicy: IfNotPresent',
    },
  },
  'always-pull': {
    title: 'Pull policy Always on an image that does not change',
    sentence({ arguments: { pinned, written, kubelets }, container }) {
      const image = pinned ? 'is pinned to a digest' : 'has a version as its tag'
      const policy = written ? '' : ' (the default for the tag latest, even beside a digest)'
      return `${container?.image} ${image}, yet every start asks the registry${policy}.${kubeletsOf(kubelets)}`
    },
    why: 'With Always, each start of a container needs the registry, and fails if the registry is unreachable, limits requests, or refuses the login. For an image that does not change, the request is wasted. Always was also used to keep pods from using private images that others had pulled to their node; from kubelet 1.35 on, the kubelet checks that itself.',
    todo: 'Set imagePullPolicy: IfNotPresent',
    example: {
      before: 'image: acme/shop:1.4.2\nimagePullPolicy: Always',
      after: 'image: acme/shop:1.4.2\nimagePullPolicy: IfNotPresent',
    },
  },
  'forced-always': {
    title: 'Pull policy Always forced at admission',
    sentence: ({ arguments: { pod, policy } }) =>
      `The template says ${policy}, but its pod ${pod} has Always: the cluster has the admission plugin AlwaysPullImages, or a policy that does the same.`,
    why: 'Every start of every container needs the registry, whatever the templates say. From kubelet 1.35 on, the kubelet itself checks that a pod is allowed to use a private image that is on the node, so the plugin is no longer needed for that.',
    todo: 'Ask whoever runs the cluster to remove AlwaysPullImages, or put a registry mirror near the nodes',
    example: null,
  },
}

/** Whether Always still improves security depends on the kubelets: KEP-2535 is on since 1.35. */
function kubeletsOf(versions: readonly string[]): string {
  if (versions.length === 0) return ''
  const minors = versions.map(version => Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Number.NaN))
  const list = `The kubelets have ${namedList('version', versions)}`
  if (minors.every(minor => minor >= 35))
    return ` ${list}: from 1.35 on, the kubelet itself checks that a pod is allowed to use a private image.`
  return ` ${list}: below 1.35, Always also keeps pods from using a private image that another pod pulled to the node.`
}
