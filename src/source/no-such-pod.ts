/** One pod was asked for by its name, and there is none of that name. */

import { UsageError } from '../errors.ts'

export class NoSuchPod extends UsageError {}
