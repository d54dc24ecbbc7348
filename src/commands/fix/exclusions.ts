/** Warns of a namespace that is to be left alone and is not there: a slip of the pen would have it written to. */

import { ApiError } from '../../kubernetes/api/api-error.ts'
import { unknownExclusionText } from '../../report/questions.ts'
import type { FixSession } from './session.ts'

/** Says so on standard error, before the plan. */
export async function warnOfUnknownExclusions({ options, context, cluster }: FixSession): Promise<void> {
  for (const name of options.excludedNamespaces) {
    const error = await cluster
      .get(`/api/v1/namespaces/${encodeURIComponent(name)}`)
      .then(() => null, asApiError)
    if (error?.status === 404) await context.err.write(unknownExclusionText(name))
  }
}

/** Who may not look at a namespace is not warned about it. */
function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  throw error
}
