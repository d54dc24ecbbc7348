/** Workloads that multiply pulls from Docker Hub: by their schedule, by the number of nodes, or by crashing repeatedly. */

import { pullsAlways } from '../../image/describe.ts'
import { isDockerHub } from '../../image/docker-hub.ts'
import type { TemplateContainer, WorkloadTemplate } from '../../snapshot/template.ts'
import { crashLoopStarts } from '../pull-rate.ts'
import { type AuditFacts, type AuditRule, type RuleFinding, referenceOf } from '../rule.ts'

/** Docker Hub's anonymous limit is 100 pulls in six hours per address: report a container that uses a fifth of it. */
const MIN_PULLS = 20
/** This many nodes that pull at the same time use half of the limit. */
const MANY_NODES = 50

export const pullRate: AuditRule<'pull-rate'> = {
  severity: 'warning',
  find(workload, facts) {
    return workload.containers.flatMap(container => {
      const reference = referenceOf(container)
      if (reference === null || !isDockerHub(reference.registry)) return []
      return [
        ...bySchedule(workload, container, facts),
        ...byNodes(workload, container),
        ...byCrashes(workload, container, facts),
      ]
    })
  },
}

type Hits = RuleFinding<'pull-rate'>[]

const isAlways = ({ image, pullPolicy }: TemplateContainer) => pullsAlways(image, pullPolicy)

function bySchedule({ schedule }: WorkloadTemplate, container: TemplateContainer, facts: AuditFacts): Hits {
  if (schedule === null || schedule.suspended || !isAlways(container)) return []
  const { value, place } = schedule.expression
  const pulls = facts.startsOf(schedule)
  if (pulls === null || pulls < MIN_PULLS) return []
  return [
    {
      container,
      place: place ?? container.imagePlace,
      arguments: { how: 'schedule', pulls, schedule: value },
    },
  ]
}

function byNodes({ kind, nodes }: WorkloadTemplate, container: TemplateContainer): Hits {
  if (kind !== 'DaemonSet' || nodes === null || nodes < MANY_NODES) return []
  return [{ container, place: container.imagePlace, arguments: { how: 'nodes', pulls: nodes, nodes } }]
}

function byCrashes(workload: WorkloadTemplate, container: TemplateContainer, facts: AuditFacts): Hits {
  const crashing = facts.observationOf(workload, container)?.crashing ?? null
  if (crashing === null || !isAlways(container)) return []
  const pulls = crashLoopStarts()
  return [{ container, place: null, arguments: { how: 'crash-loop', pulls, pod: crashing.pod } }]
}
