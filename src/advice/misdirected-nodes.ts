/** Steps where the node's own settings lead it to a host that can't serve the image, so that nothing else has to be repaired. */

import { clueOf, hasClue } from '../diagnosis/clues/clue.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { DOCKER_HUB } from '../image/docker-hub.ts'
import { mirrorOfOther } from '../image/registries.ts'
import { pullByHand } from './host.ts'
import type { Step } from './step/step.ts'

/** Null if nothing shows that the settings are wrong. */
export function misdirectedSteps(finding: Finding): Step[] | null {
  const server = clueOf(finding.clues, 'literal-server')?.host
  return server === undefined ? formerMirrorSteps(finding) : literalServerSteps(finding, server)
}

/** The node asked a host that is not Docker Hub's registry, which only its settings can make it do. */
function literalServerSteps(finding: Finding, host: string): Step[] {
  return [
    { code: 'mirror-settings', host, registry: DOCKER_HUB, about: 'literal-server' },
    ...pullByHand(finding),
  ]
}

/**
 * The mirror of the nodes that has to be replaced, as it was closed, serves others only, or is of another registry: nothing about it can be repaired.
 * Null for any other host.
 */
export function formerMirrorSteps({ clues, endpoint, registry }: Finding): Step[] | null {
  if (endpoint?.role !== 'mirror' || registry === null) return null
  const { host } = endpoint
  if (hasClue(clues, 'former-mirror')) return [{ code: 'mirror-settings', host, registry, about: 'former' }]
  return mirrorOfOther(host, registry) === null
    ? null
    : [{ code: 'mirror-settings', host, registry, about: 'other-registry' }]
}
