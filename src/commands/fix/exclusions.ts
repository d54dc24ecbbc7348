/** Warns when --exclude-namespace names a namespace that does not exist, so that a typing error can't cause writes. */

import { unknownExclusionText } from '../../report/views/questions.ts'
import { missingNamespaces } from '../../source/live/namespaces.ts'
import type { FixSession } from './session.ts'

/** Warns on standard error, before the plan. */
export async function warnOfUnknownExclusions({ options, context, cluster }: FixSession): Promise<void> {
  for (const name of await missingNamespaces(cluster, options.excludedNamespaces, context.signal)) {
    await context.err.write(unknownExclusionText(name))
  }
}
