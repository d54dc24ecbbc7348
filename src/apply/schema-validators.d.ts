/** Types of the validators that scripts/schema-validators.mjs compiles from schema/v1.json before a build and before the tests. */

import type { ValidateFunction } from 'ajv'
import type { Change } from '../plan/change.ts'
import type { Plan } from '../plan/plan.ts'

export const validatePlan: ValidateFunction<Plan>
export const validateChange: ValidateFunction<Change>
