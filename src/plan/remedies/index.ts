/** Every remedy, in the order in which their changes build on each other. */

import type { Remedy } from '../../diagnosis/remedy.ts'
import { authenticate } from './authenticate.ts'
import { pin } from './pin.ts'
import { pullPolicy } from './pull-policy.ts'
import { recreate } from './recreate.ts'
import type { RemedyRules } from './remedy-rules.ts'
import { replaceRegistry } from './replace-registry.ts'

/** An image goes elsewhere before it is pinned there, and only what is pinned or has a tag of its own may be kept on the node. */
const REMEDIES: Readonly<Record<Remedy, RemedyRules>> = {
  authenticate,
  recreate,
  'replace-registry': replaceRegistry,
  pin,
  'pull-policy': pullPolicy,
}

/** With its name, in order. */
export const EACH_REMEDY = Object.entries(REMEDIES) as readonly [Remedy, RemedyRules][]
