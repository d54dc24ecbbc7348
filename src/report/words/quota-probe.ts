/** The words of `quota --from-node`: what its pod is about to do, and why it could not ask. */

import type { ProbeResult } from '../../apply/quota-probe.ts'
import { sanitizeLine } from '../sanitize.ts'
import { pluralize } from './nouns.ts'

/** Describes what is about to happen, in a sentence or two. */
export function confirmProbeText({
  namespace,
  node,
  images,
}: {
  namespace: string
  node: string
  images: readonly string[]
}): string {
  const [first = '', ...others] = images
  const more =
    others.length === 0
      ? ''
      : ` (or, if that has no curl, ${pluralize(others.length, 'other image')} of that node)`
  return sanitizeLine(
    `A pod in namespace ${namespace} on node ${node} will ask Docker Hub for its quota and be deleted. It runs the image ${first}${more}, which is already there; nothing is pulled.`,
  )
}

/** Asks whether to do what `confirmProbeText` describes. */
export function probeQuestion(description: string): string {
  return `${description} Go ahead?`
}

export function leftOverProbesText(count: number): string {
  return `Removed ${pluralize(count, 'pod')} that an earlier run left behind.`
}

type Failure = Exclude<ProbeResult, { status: 'answered' }>

const WHY: { [Status in Failure['status']]: (failure: Extract<Failure, { status: Status }>) => string } = {
  'no-client': () => 'it has no shell with curl or GNU Wget (the wget of BusyBox would cost a pull)',
  silent: () => 'its request was not answered',
  'not-run': ({ why }) => why,
}

export interface ProbeFailure {
  image: string
  why: Failure
}

/** Says why the pod could not ask. */
export function probeFailureText(node: string, failures: readonly ProbeFailure[]): string {
  const each = failures.map(
    ({ image, why }) => `${image}: ${(WHY[why.status] as (failure: Failure) => string)(why)}`,
  )
  return sanitizeLine(
    `Docker Hub could not be asked from node ${node}. ${each.join('; ')}. The pods were deleted.`,
  )
}
