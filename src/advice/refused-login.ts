/** Steps for a login that the registry refused. */

import { clueOf } from '../diagnosis/clues.ts'
import type { Finding } from '../diagnosis/finding.ts'
import { cloudOf, isPublic } from '../image/registries.ts'
import { loginSteps, usableSecrets } from './login.ts'
import type { ShortLived, Step } from './step.ts'

/** What to do about a login that was sent and refused: another one, a longer-lived one, or none. */
export function refusedLoginSteps(finding: Finding): Step[] {
  const { namespace, registry } = finding
  const secrets = usableSecrets(finding)
  const remove: Step[] =
    secrets.length > 0 && registry !== null ? [{ code: 'remove-login', namespace, secrets, registry }] : []
  const cloud = cloudOf(registry)
  const scope: Step[] =
    clueOf(finding.clues, 'token-scope') !== undefined && registry !== null
      ? [{ code: 'token-scope', registry }]
      : []
  // Everybody may pull it, so that the refused login is all that is in the way.
  if (isPublic(finding.reference))
    return [...remove, ...loginSteps(finding, 'refused'), { code: 'see-why', after: 'login' }]
  const ended: Step[] = shortLived(finding)
  const provider: Step[] = cloud !== null && secrets.length === 0 ? [{ code: 'check-provider', cloud }] : []
  return [
    ...ended,
    ...provider,
    ...loginSteps(finding, 'refused'),
    ...scope,
    ...remove,
    { code: 'see-why', after: 'login' },
  ]
}

/** User names that stand for a token of minutes or hours. */
const SHORT_LIVED = new Map<string, ShortLived>([
  ['gitlab-ci-token', 'gitlab-job'],
  ['AWS', 'ecr'],
  ['oauth2accesstoken', 'google'],
  ['00000000-0000-0000-0000-000000000000', 'acr'],
])

/** A secret that was filled once with a login that ends by itself. */
function shortLived({ credential }: Finding): Step[] {
  return credential.attempts
    .filter(({ usable }) => usable)
    .flatMap(({ secret, username }): Step[] => {
      const kind = SHORT_LIVED.get(username ?? '')
      return kind === undefined ? [] : [{ code: 'short-lived-login', secret, kind }]
    })
    .slice(0, 1)
}
