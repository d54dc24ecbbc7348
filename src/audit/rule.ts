/** What a rule is: the severity of its findings, and how it finds them in a workload. */

import { parseReference, type Reference } from '../image/reference.ts'
import type { AuditSnapshot } from '../snapshot/audit-snapshot.ts'
import type { JudgedCheck } from '../snapshot/image-verdict.ts'
import type { Place, Schedule, TemplateContainer, WorkloadTemplate } from '../snapshot/template.ts'
import type { PullPath } from './credentials.ts'
import type { AuditSeverity, Fix, Rule, RuleArguments } from './finding.ts'

/** The facts that rules can ask for. */
export interface AuditFacts {
  scope: AuditSnapshot
  isLive: boolean
  /** The pull secret that should be used for images of Docker Hub (`.pullguard.yaml`); null if none is configured. */
  wantedSecret: string | null
  pathOf(workload: WorkloadTemplate): PullPath
  /** null if the registry was not asked about the image. */
  checkOf(image: string, workload: WorkloadTemplate): JudgedCheck | null
  /** How often a schedule starts something in six hours; null for a schedule that can't be read. */
  startsOf(schedule: Schedule): number | null
  /** The namespaces known to have a Secret with that name. */
  namespacesWith(secret: string): readonly string[]
  secretsChangedOf(workload: WorkloadTemplate): AuditSnapshot['secretsChanged']
  observationOf(
    workload: WorkloadTemplate,
    container: TemplateContainer,
  ): AuditSnapshot['observations'][number] | null
}

export interface RuleFinding<R extends Rule> {
  container?: TemplateContainer
  place: Place | null
  arguments: RuleArguments[R]
  /** Replaces the rule's own severity. */
  severity?: AuditSeverity
  fix?: Fix | null
}

export interface AuditRule<R extends Rule> {
  severity: AuditSeverity
  find(workload: WorkloadTemplate, facts: AuditFacts): RuleFinding<R>[]
}

/** The reference of a container's image; null for a placeholder and for a name that can't be read. */
export function referenceOf({ image, placeholder }: TemplateContainer): Reference | null {
  return placeholder ? null : parseReference(image)
}

/** A rule that checks one image at a time. Skips images with placeholders, and values that are not text. */
export function perImage<R extends Rule>(
  severity: AuditSeverity,
  find: (
    container: TemplateContainer,
    workload: WorkloadTemplate,
    facts: AuditFacts,
  ) => (Omit<RuleFinding<R>, 'place' | 'container'> & { place?: Place | null }) | null,
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
