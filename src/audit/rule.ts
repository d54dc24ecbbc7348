/** What a rule is: how bad its findings are, and which it makes of a workload. */

import type { AuditScope } from '../snapshot/audit-scope.ts'
import type { JudgedCheck } from '../snapshot/image-verdict.ts'
import type { Place, Schedule, TemplateContainer, WorkloadTemplate } from '../snapshot/template.ts'
import type { PullPath } from './credentials.ts'
import type { AuditSeverity, Fix, Rule, RuleArguments } from './finding.ts'

/** What rules may ask for. */
export interface AuditFacts {
  scope: AuditScope
  isLive: boolean
  /** The pull secret that images of Docker Hub are meant to be pulled with (`.pullguard.yaml`); null where nobody said. */
  wantedSecret: string | null
  pathOf(workload: WorkloadTemplate): PullPath
  /** null where the registry was not asked for that image. */
  checkOf(image: string, workload: WorkloadTemplate): JudgedCheck | null
  /** How often a schedule starts something in six hours; null for one that can't be read. */
  startsOf(schedule: Schedule): number | null
  /** Namespaces that are known to have a Secret of that name. */
  namespacesWith(secret: string): readonly string[]
  secretsChangedOf(workload: WorkloadTemplate): AuditScope['secretsChanged']
  sightingOf(workload: WorkloadTemplate, container: TemplateContainer): AuditScope['sightings'][number] | null
}

export interface Hit<R extends Rule> {
  container?: TemplateContainer
  place: Place | null
  arguments: RuleArguments[R]
  /** Instead of the rule's own. */
  severity?: AuditSeverity
  fix?: Fix | null
}

export interface AuditRule<R extends Rule> {
  severity: AuditSeverity
  find(workload: WorkloadTemplate, facts: AuditFacts): Hit<R>[]
}

/** A rule that looks at one image after the other; left out are those that are still to be filled in, or are no text at all. */
export function perImage<R extends Rule>(
  severity: AuditSeverity,
  find: (
    container: TemplateContainer,
    workload: WorkloadTemplate,
    facts: AuditFacts,
  ) => (Omit<Hit<R>, 'place' | 'container'> & { place?: Place | null }) | null,
): AuditRule<R> {
  return {
    severity,
    find: (workload, facts) =>
      workload.containers.flatMap(container => {
        if (container.placeholder || container.misread !== null) return []
        const hit = find(container, workload, facts)
        return hit === null ? [] : [{ place: container.imagePlace, ...hit, container }]
      }),
  }
}
