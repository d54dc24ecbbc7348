/** The words of rules on tags, digests, and pull policies. */

import type { WordsOfRules } from './rule-words.ts'

const DIGEST = 'sha256:6af79ae5de407283dcea8b00d5c37ace95441fd58a8b1d2aa1ed93f5511bb18c'

export const TAG_WORDS: WordsOfRules<
  'no-tag' | 'no-digest' | 'stale-latest' | 'always-pull' | 'forced-always'
> = {
  'no-tag': {
    title: 'Image without a fixed tag',
    tell: ({ arguments: { implied }, container }) =>
      implied
        ? `${container?.image} has no tag, so Kubernetes takes latest.`
        : `${container?.image} is whatever was pushed last.`,
    why: "You can't tell which build is running, a rollback may bring nothing back, and the default pull policy is Always, so every start needs the registry.",
    todo: 'Name the version that you have tested, preferably with its digest (`audit --fix` writes the one that the tag has now)',
    example: { before: 'image: nginx', after: `image: nginx:1.27.3@${DIGEST}` },
  },
  'no-digest': {
    title: 'Image without a digest',
    tell: ({ arguments: { tag } }) => `The tag ${tag} can be moved to another build.`,
    why: 'A tag can be pushed again. Nodes that pulled it at different times then run different builds under one name. A digest always names the same build.',
    todo: 'Add the digest (`audit --fix` writes the one that the tag has now)',
    example: { before: 'image: nginx:1.27.3', after: `image: nginx:1.27.3@${DIGEST}` },
  },
  'stale-latest': {
    title: 'Tag latest that is never pulled again',
    tell: ({ arguments: { policy } }) =>
      policy === 'Never'
        ? 'With pull policy Never, each node runs whatever somebody loaded there as latest.'
        : 'With pull policy IfNotPresent, each node keeps whatever was latest when it pulled.',
    why: 'Nodes drift apart: two replicas of one workload run two builds, and a new node brings a third.',
    todo: 'Name a version, preferably with its digest',
    example: {
      before: 'image: acme/shop:latest\nimagePullPolicy: IfNotPresent',
      after: 'image: acme/shop:1.4.2\nimagePullPolicy: IfNotPresent',
    },
  },
  'always-pull': {
    title: 'Pull policy Always on an image that does not change',
    tell({ arguments: { pinned, written, kubelets }, container }) {
      const image = pinned ? 'is pinned to a digest' : 'has a version as its tag'
      const policy = written ? '' : ' (the default for the tag latest, even beside a digest)'
      return `${container?.image} ${image}, and still every start asks the registry${policy}.${kubeletsOf(kubelets)}`
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
    tell: ({ arguments: { pod, policy } }) =>
      `The template says ${policy}, but its pod ${pod} has Always: the cluster has the admission plugin AlwaysPullImages, or a policy that does the same.`,
    why: 'Every start of every container needs the registry, whatever the templates say. From kubelet 1.35 on, the kubelet itself checks that a pod may use a private image that is on the node, so the plugin is no longer needed for that.',
    todo: 'Ask whoever runs the cluster to remove AlwaysPullImages, or put a registry mirror near the nodes',
    example: null,
  },
}

/** Whether Always is still of use for security depends on the kubelets: KEP-2535 is on from 1.35. */
function kubeletsOf(versions: readonly string[]): string {
  if (versions.length === 0) return ''
  const minors = versions.map(version => Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Number.NaN))
  const list =
    versions.length === 1 ? `The kubelets are ${versions[0]}` : `The kubelets are ${versions.join(', ')}`
  if (minors.every(minor => minor >= 35))
    return ` ${list}, which check by themselves that a pod may use a private image.`
  return ` ${list}: below 1.35, Always also keeps pods from using a private image that somebody else's pod pulled to the node.`
}
