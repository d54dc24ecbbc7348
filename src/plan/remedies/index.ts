/** Every remedy, in the order in which their changes build on each other. */

import type { Remedy } from '../../diagnosis/finding.ts'
import { authenticate } from './authenticate.ts'
import { pin } from './pin.ts'
import { pullPolicy } from './pull-policy.ts'
import { recreate } from './recreate.ts'
import type { RemedyRules } from './remedy-rules.ts'
import { replaceRegistry } from './replace-registry.ts'

/** In order: an image's registry is replaced before the image is pinned, and the pull policy depends on the pinned result. */
const REMEDIES: Readonly<Record<Remedy, RemedyRules>> = {
  authenticate,
  recreate,
  'replace-registry': replaceRegistry,
  pin,
  'pull-policy': pullPolicy,
}

/** Each remedy's name and rules, in that order. */
export const EACH_REMEDY = Object.entries(REMEDIES) as readonly [Remedy, RemedyRules][]
