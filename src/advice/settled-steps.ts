/** Tells which steps of a cause are settled by something else: an answer, the image's new place, or a clue in its name. */

import type { Finding } from '../diagnosis/finding.ts'
import { isLocal, isOfCluster } from '../image/host.ts'
import { isPublic } from '../image/registries.ts'
import { isReplaced } from './moved-steps.ts'
import type { Step, StepCode } from './step/step.ts'
import { isAbout } from './step/step-traits.ts'

/** @param ofName the steps for clues in the image's name */
export function isSettled(step: Step, finding: Finding, ofName: Step[]): boolean {
  const { moved, check, registry } = finding
  // --check-images was given already, would ask this machine in place of the node, or can't reach the registry from here.
  const isOutOfReach = registry !== null && (isLocal(registry) || isOfCluster(registry))
  if (step.code === 'ask-registry' && (check !== null || isOutOfReach)) return true
  // The table has the repository under exactly this name.
  const isKnown = (moved?.state === 'deleted' && moved.to === null) || moved?.state === 'ended'
  if (step.code === 'check-name' && isKnown) return true
  // The step for the new place changes the same field.
  if (step.code === 'set-image' && isReplaced(finding)) return true
  const isClosed = moved?.state === 'retired' || moved?.state === 'deleted' || moved?.state === 'restricted'
  if (isClosed && (isAbout('right', step) || OF_ACCESS.includes(step.code))) return true
  if (moved?.state === 'retired' && PUSHES.includes(step.code)) return true
  // Whoever asks can pull the image at its new place.
  const isOpenNow =
    finding.cause === 'auth-required-or-denied' && isReplaced(finding) && isPublic(moved?.to ?? null)
  if (isOpenNow && isOfLogin(step)) return true
  if (ofName.length === 0) return false
  // This step changes the same field, too.
  if (step.code === 'set-image' && ofName.some(({ code }) => CORRECTS_NAME.includes(code))) return true
  // The login of a cache may be wrong as well.
  const isRenamed = ofName.some(({ code }) => RENAMES.includes(code)) && finding.subcause !== 'upstream'
  return (
    SETTLED_BY_NAME.includes(step.code) || (isRenamed && (isOfLogin(step) || OF_OLD_NAME.includes(step.code)))
  )
}

/** What shows that another registry was meant than the one that was asked, or that it can't have such a name. */
const RENAMES: readonly StepCode[] = ['correct-registry', 'drop-default-registry', 'correct-path']

/** Steps that say what the name has to be, or how all images with the same fault are corrected at once. */
const CORRECTS_NAME: readonly StepCode[] = ['drop-surplus-tag', 'quote-number', 'image-trigger']

/** What a clue in the image's name settles: whether the name is correct, and who may pull it. */
const SETTLED_BY_NAME: readonly StepCode[] = [
  'make-public',
  'check-name',
  'near-official',
  'existing-official',
  'hub-refuses-all',
  'read-name',
  'fill-part',
  'ask-registry',
  'distribute-login',
  'cluster-login',
  'login-at-owner',
  'recreate-pods',
  'grant-cloud-role',
  'lift-deny',
  'full-name',
  'node-port-registry',
  'node-registry',
]

/** The host that was named is not the one that is meant: besides getting no login, nothing has to be repaired on the way to it. */
const OF_OLD_NAME: readonly StepCode[] = [
  'set-image',
  'fix-dns',
  'check-listener',
  'allow-http',
  'replace-service-name',
  'service-pods',
  'service-network',
  'set-tag',
  'hub-plan',
]

/** A registry that was shut down takes no images, nor looks after those that it has. */
const PUSHES: readonly StepCode[] = [
  'missing-layer',
  'missing-child',
  'push-again',
  'push-held',
  'restore-tag',
]

/** Besides a right: nobody can grant access to what is gone, or has to find out who refuses it. */
const OF_ACCESS: readonly StepCode[] = ['make-public', 'who-answered', 'page-instead', 'page-for-token']

/** Whether the step changes the login that the registry gets, or what that login is allowed to do. */
function isOfLogin(step: Step): boolean {
  return isAbout('login', step) || isAbout('right', step)
}
