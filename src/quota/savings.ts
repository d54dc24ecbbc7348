/** The changes that save most pulls. */

import { parseReference } from '../image/reference.ts'
import { isPublic } from '../image/registries.ts'
import { ANONYMOUS } from './payers.ts'
import type { NamedContainer, Outlook, Saving, SavingCode, Spend, Spender } from './spending.ts'
import { hubName } from './spends.ts'

const MOST = 3

/** At most three, the greatest first; each saves at least one pull. */
export function savingsOf(spenders: readonly Spender[], outlooks: readonly Outlook[]): Saving[] {
  const each = spenders.flatMap(spender => spender.spends.flatMap(spend => savingOf(spender, spend) ?? []))
  return [...each, ...logIn(outlooks)]
    .filter(({ pulls }) => pulls > 0)
    .sort((one, other) => other.pulls - one.pulls)
    .slice(0, MOST)
}

function savingOf(spender: Spender, { reason, pulls }: Spend): Saving | null {
  const { workload, images } = spender
  const saving = (code: SavingCode, saved = pulls): Saving => ({
    ...{ code, workload, containers: [], pod: null, pulls: Math.floor(saved) },
  })
  switch (reason.code) {
    case 'restarts':
      return { ...saving('stop-crashing'), containers: [reason.container], pod: reason.pod }
    case 'schedule':
      return reason.byPolicy > 0 ? ofPolicy(saving('keep-image', reason.byPolicy), reason.containers) : null
    case 'waiting':
      return images.every(image => isPublic(hubName(image))) ? saving('other-registry') : null
    case 'rollout':
    case 'rollouts':
      return null
  }
}

/** A floating tag that is never asked for again would freeze each node at whatever it pulled first: it is pinned first. */
function ofPolicy(saving: Saving, containers: NamedContainer[]): Saving {
  return {
    ...saving,
    code: containers.every(({ image }) => isFixed(image)) ? 'keep-image' : 'pin',
    containers,
  }
}

/** A tag that is not latest, or a digest. */
function isFixed(image: string): boolean {
  const reference = parseReference(image)
  return reference !== null && (reference.digest !== null || ![null, 'latest'].includes(reference.tag))
}

/** An account without a limit, or with more pulls left than they need, could take the anonymous ones. */
function logIn(outlooks: readonly Outlook[]): Saving[] {
  const anonymous = outlooks[ANONYMOUS]
  if (anonymous === undefined || anonymous.fits !== false) return []
  const able = outlooks.some(
    ({ left, pulls }, index) => index !== ANONYMOUS && left !== null && left - pulls >= anonymous.pulls,
  )
  const saving: Saving = { code: 'log-in', workload: null, containers: [], pod: null, pulls: anonymous.pulls }
  return able ? [saving] : []
}
