/** Every rule, in the order of the documentation. A rule that is missing here does not compile. */

import type { Rule } from '../finding.ts'
import type { AuditRule } from '../rule.ts'
import { alwaysPull } from './always-pull.ts'
import { ambiguousReference } from './ambiguous-reference.ts'
import { anonymousDockerHub } from './anonymous-docker-hub.ts'
import { changedAtAdmission } from './changed-at-admission.ts'
import { forcedAlways } from './forced-always.ts'
import { freshNode } from './fresh-node.ts'
import { invalidReference } from './invalid-reference.ts'
import { loginRequired } from './login-required.ts'
import { missingImage } from './missing-image.ts'
import { missingPullSecret } from './missing-pull-secret.ts'
import { movedAway } from './moved-image.ts'
import { noDeadline } from './no-deadline.ts'
import { noDigest } from './no-digest.ts'
import { noTag } from './no-tag.ts'
import { numberInReference } from './number-in-reference.ts'
import { pullRate } from './pull-rate.ts'
import { refusedLogin } from './refused-login.ts'
import { shutOutPullSecret } from './shut-out-pull-secret.ts'
import { staleLatest } from './stale-latest.ts'
import { unmatchedPullSecret } from './unmatched-pull-secret.ts'
import { unusablePullSecret } from './unusable-pull-secret.ts'
import { wrongPlatform } from './wrong-platform.ts'

export const AUDIT_RULES: { [R in Rule]: AuditRule<R> } = {
  'invalid-reference': invalidReference,
  'number-in-reference': numberInReference,
  'ambiguous-reference': ambiguousReference,
  'moved-image': movedAway,
  'missing-image': missingImage,
  'refused-login': refusedLogin,
  'wrong-platform': wrongPlatform,
  'missing-pull-secret': missingPullSecret,
  'unusable-pull-secret': unusablePullSecret,
  'unmatched-pull-secret': unmatchedPullSecret,
  'shut-out-pull-secret': shutOutPullSecret,
  'login-required': loginRequired,
  'anonymous-docker-hub': anonymousDockerHub,
  'no-tag': noTag,
  'stale-latest': staleLatest,
  'always-pull': alwaysPull,
  'forced-always': forcedAlways,
  'pull-rate': pullRate,
  'no-deadline': noDeadline,
  'changed-at-admission': changedAtAdmission,
  'no-digest': noDigest,
  'fresh-node': freshNode,
}

export const RULES = Object.keys(AUDIT_RULES) as Rule[]

/** Whether the text is the name of a rule. */
export function isRule(text: string): text is Rule {
  return Object.hasOwn(AUDIT_RULES, text)
}
