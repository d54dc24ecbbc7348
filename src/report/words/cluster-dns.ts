/** The words of the step for a node that looks names up at the cluster's own DNS Service, which needs pods that have to be pulled first. */

import type { StepOf } from '../../advice/step.ts'
import { onNodes, resolverPlace } from './node.ts'
import type { Findings, StepText } from './steps.ts'

export function otherNameServer(
  { server, serves, certain }: StepOf<'own-name-server'>,
  findings: Findings,
): StepText {
  const place = resolverPlace(findings[0].host)
  const change = `the resolver ${onNodes(findings)} (${place}) ask the DNS server of its network instead of ${server}`
  const why = serves
    ? "these pods have to answer there, and can't start before their image is pulled"
    : 'a pull must not depend on it, as it answers only while its own pods run'
  return {
    text: certain
      ? `Have ${change}, which is most likely the cluster's own DNS Service: ${why}`
      : `If ${server} is the cluster's own DNS Service, have ${change}: ${why}; otherwise, start the DNS server that should listen there`,
  }
}
