/** The host that a failed pull is about, and its part in the pull. */

import { isLocal } from '../../image/host.ts'
import type { Cause } from '../finding.ts'
import type { PullError } from './pull-error.ts'

/** The host's part in the pull. `runtime` is the socket of the node's container runtime. */
export type EndpointRole = 'registry' | 'mirror' | 'token' | 'storage' | 'proxy' | 'runtime'

/** A host and its part in the pull. */
export interface NamedEndpoint {
  /** Host name or address, with a port if the text has one; for `runtime`, the path of the socket. */
  host: string
  role: EndpointRole
}

/** The host that answered, refused, or could not be reached: often not the image's registry. A proxy's answer does not name the proxy. */
export type Endpoint = NamedEndpoint | { host: null; role: 'proxy' }

/** Whether it is a mirror elsewhere than on the node's own loopback, where one only passes on what the registry answers the node. */
export function isRemoteMirror(endpoint: Endpoint | null): endpoint is NamedEndpoint & { role: 'mirror' } {
  return endpoint?.role === 'mirror' && !isLocal(endpoint.host)
}

/** The endpoint where the cause or the place of the error in the text shows another part than the host's name: a proxy, or a mirror. */
export function answeringPart(
  named: NamedEndpoint | null,
  cause: Cause,
  error: Pick<PullError, 'ofMirror'> | null,
): Endpoint | null {
  if (cause === 'proxy') return named?.role === 'proxy' ? named : { host: null, role: 'proxy' }
  const isMirror = error?.ofMirror === true && named?.role === 'registry'
  return isMirror ? { ...named, role: 'mirror' } : named
}

/** A host as error texts write it, with a port or without; for use in a pattern. */
export const HOST = '(\\[[0-9a-f:.%]+\\](?::\\d+)?|[\\w.-]+(?::\\d+)?)'
