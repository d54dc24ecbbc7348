/** A login that was sent for an image which needs none: the node's settings have it for a mirror, whose name the text may lack. */

import type { Node } from '../snapshot/node.ts'
import { type Clue, cluesIf } from './clue.ts'
import type { Finding } from './finding.ts'

/** Registries that nobody has an account at. */
const WITHOUT_LOGINS =
  /^(?:registry\.k8s\.io|k8s\.gcr\.io|mcr\.microsoft\.com|registry\.access\.redhat\.com|docker\.elastic\.co)$/
/** containerd's words for a token that it asks for with a login; without one, they are "anonymous token" (core/remotes/docker/authorizer.go). */
const WITH_LOGIN = /\bfailed to fetch oauth token\b/i

type FailedPull = Pick<Finding, 'cause' | 'endpoint' | 'registry' | 'credential'> & {
  text: string
  node: Node | null
}

/** The clue that a mirror's token server failed, most likely. */
export function mirrorLogin({ cause, text, endpoint, registry, credential, node }: FailedPull): Clue[] {
  // The kubelet of a machine at Google sends its token to k8s.gcr.io, as to all of gcr.io.
  const isOfGoogle = registry === 'k8s.gcr.io' && node?.provider === 'gce'
  const isForMirror =
    cause === 'registry-server-error' &&
    endpoint === null &&
    registry !== null &&
    WITHOUT_LOGINS.test(registry) &&
    WITH_LOGIN.test(text) &&
    credential.status !== 'usable'
  return cluesIf(isForMirror && !isOfGoogle, { code: 'login-for-mirror' })
}
