/** What helps containers that no change in the cluster can give a login: those of static pods, and debug containers. */

import type { Finding } from '../../diagnosis/finding.ts'
import { isStatic, NODE_LOGIN } from './commands.ts'
import { anotherDebugContainer } from './edits.ts'
import type { Step } from './told.ts'

type Place = Pick<Finding, 'namespace' | 'pod' | 'workload' | 'containerKind'>

/** The steps for those of the findings that are out of reach; none where all can be given a login. */
export function outOfReachSteps(findings: readonly Place[]): Step[] {
  const debug = findings.find(({ containerKind }) => containerKind === 'ephemeral')
  const say =
    "Start another debug container with an image that is on the node: this one pulls with its pod's pull secrets, which never change"
  return [
    ...(findings.some(isStatic) ? [NODE_LOGIN] : []),
    ...(debug ? [anotherDebugContainer(debug.namespace, debug.pod, say)] : []),
  ]
}
