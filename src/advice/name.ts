/** Steps for an image that is not there, or whose name can't be read. */

import { clueOf } from '../diagnosis/clues.ts'
import type { Finding } from '../diagnosis/finding.ts'
import type { Step } from './step.ts'

/** What the name itself gives away comes first: no tag and no login helps a placeholder. */
export function nameClueSteps(finding: Finding): Step[] {
  const { clues, image } = finding
  const placeholder = clueOf(clues, 'placeholder')
  return [
    ...(clueOf(clues, 'unquoted-number') === undefined ? [] : [{ code: 'quote-number', image } as const]),
    ...(placeholder?.of === 'istio' ? [{ code: 'inject-sidecar' } as const] : []),
    ...(placeholder?.of === 'template' ? [{ code: 'fill-placeholder', image } as const] : []),
    ...(clueOf(clues, 'reference-scheme') === undefined ? [] : [{ code: 'drop-scheme', image } as const]),
    ...(clueOf(clues, 'web-site') === undefined ? [] : [{ code: 'registry-not-site' } as const]),
  ]
}

/** The registry, or a mirror, has no such image. */
export function missingSteps(finding: Finding): Step[] {
  const { endpoint, registry } = finding
  if (finding.subcause === 'not-in-mirror' && endpoint !== null && registry !== null)
    return [
      {
        code: 'mirror-lacks-image',
        host: endpoint.host,
        registry,
        only: clueOf(finding.clues, 'source-blocked') !== undefined,
      },
      { code: 'check-name', how: 'plain' },
      { code: 'ask-registry' },
      ...(endpoint.role === 'mirror'
        ? ([{ code: 'mirror-settings', host: endpoint.host, registry, about: 'endpoint' }] as const)
        : []),
    ]
  return [
    { code: 'check-name', how: 'plain' },
    { code: 'ask-registry' },
    { code: 'set-image', known: 'repository' },
  ]
}

/** The name does not parse, or is too short for the runtime. */
export function unreadableNameSteps(finding: Finding): Step[] {
  const { clues, image } = finding
  const short = clueOf(clues, 'short-name') !== undefined
  return [
    ...(short ? [{ code: 'full-name', image } as const] : [{ code: 'read-name', image } as const]),
    { code: 'set-image', known: 'nothing' },
  ]
}
