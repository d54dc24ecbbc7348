/** The pull policy that the API server writes into a container that has none. */

import { parseReference } from './reference.ts'

/**
 * The default for an image (kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Container): Always for `latest`, written or implied,
 * also beside a digest; else IfNotPresent, and so for a name that does not parse.
 */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const reference = parseReference(image)
  if (reference === null) return 'IfNotPresent'
  const tag = reference.tag ?? (reference.digest === null ? 'latest' : null)
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}
