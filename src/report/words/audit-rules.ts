/** The names of all rules, in the order of the words. */

import type { Rule } from '../../audit/finding.ts'
import { RULE_WORDS } from './audit.ts'

export const RULES = Object.keys(RULE_WORDS) as Rule[]
