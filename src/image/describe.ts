/** Everything that Kubernetes derives from one image name. The shape here is what `image -o json` prints. */

import { isDockerHub } from './docker-hub.ts'
import { effectiveTag, fullName, parseReference, readReference } from './reference.ts'

export interface ImageReading {
  input: string
  valid: boolean
  /** One clause on why it is not a reference; null for a valid one. */
  error: string | null
  reference: string | null
  registry: string | null
  repository: string | null
  tag: string | null
  digest: string | null
  defaultPullPolicy: 'Always' | 'IfNotPresent'
  countsTowardsDockerHub: boolean
}

/** Describes one name. Never throws: a name that does not parse is described as invalid. */
export function describeImage(input: string): ImageReading {
  const read = readReference(input)
  if ('refused' in read) {
    return {
      input,
      valid: false,
      error: read.refused,
      reference: null,
      registry: null,
      repository: null,
      tag: null,
      digest: null,
      defaultPullPolicy: defaultPullPolicy(input),
      countsTowardsDockerHub: false,
    }
  }
  const { registry, repository, digest } = read
  return {
    input,
    valid: true,
    error: null,
    reference: fullName(read),
    registry,
    repository,
    tag: effectiveTag(read),
    digest,
    defaultPullPolicy: defaultPullPolicy(input),
    countsTowardsDockerHub: isDockerHub(registry),
  }
}

/**
 * The default for an image (kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Container): Always for `latest`, written or implied,
 * also beside a digest; else IfNotPresent, as for a name that does not parse.
 */
function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const reference = parseReference(image)
  return reference !== null && effectiveTag(reference) === 'latest' ? 'Always' : 'IfNotPresent'
}

/** Whether the kubelet asks the registry at each start of a container. @param policy null if none is written, so the default applies */
export function pullsAlways(image: string, policy: string | null): boolean {
  return (policy ?? defaultPullPolicy(image)) === 'Always'
}
