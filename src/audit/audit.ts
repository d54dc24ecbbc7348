/** Runs all rules over all workloads. Findings are sorted with the worst first; silenced ones are kept separately. */

import { fullName, parseReference } from '../image/reference.ts'
import { oncePerSchedule } from '../schedule/starts.ts'
import type { AuditSnapshot } from '../snapshot/audit-snapshot.ts'
import { checkFor } from '../snapshot/image-verdict.ts'
import type { WorkloadTemplate } from '../snapshot/template.ts'
import { Credentials } from './credentials.ts'
import type { AuditFinding, AuditSeverity, Rule } from './finding.ts'
import { scheduledStarts } from './pull-rate.ts'
import type { AuditFacts, AuditRule } from './rule.ts'
import { AUDIT_RULES, RULES } from './rules/index.ts'
import type { AuditSettings } from './settings.ts'

interface Audit {
  /** Errors first; findings of the same severity by rule, then in the order in which they were read. */
  findings: AuditFinding[]
  /** Findings that a comment or an annotation silences. */
  ignored: AuditFinding[]
}

/** Whether a finding is silenced where it is written: by a comment in a file, or by an annotation. */
export type IsIgnored = (finding: AuditFinding) => boolean

/** Applies every rule to every workload. */
export function audit(scope: AuditSnapshot, settings: AuditSettings, isIgnored: IsIgnored): Audit {
  const facts = factsOf(scope, settings)
  const found = scope.workloads.flatMap(workload =>
    RULES.flatMap(rule => findingsOfRule(rule, workload, facts, settings)),
  )
  const order = new Map(RULES.map((rule, index) => [rule, index]))
  const rank = ({ severity, rule }: AuditFinding) => RANK[severity] * RULES.length + (order.get(rule) ?? 0)
  found.sort((one, other) => rank(one) - rank(other))
  const byComment = Map.groupBy(found, isIgnored)
  return { findings: byComment.get(false) ?? [], ignored: byComment.get(true) ?? [] }
}

/** The findings of one rule in one workload; none if the rule is off. */
export function findingsOfRule<R extends Rule>(
  rule: R,
  workload: WorkloadTemplate,
  facts: AuditFacts,
  { rules }: Pick<AuditSettings, 'rules'>,
): AuditFinding[] {
  const set: AuditSeverity | 'off' | undefined = rules[rule]
  if (set === 'off') return []
  const { severity: own, find } = AUDIT_RULES[rule] as unknown as AuditRule<R>
  return find(workload, facts).map(
    ({ container = null, place, severity = own, arguments: args, fix = null }) => {
      const finding = {
        rule,
        severity: set ?? severity,
        workload,
        container,
        place,
        arguments: args,
        // Other commands change clusters.
        fix: facts.isLive || workload.writtenIn !== 'object' ? null : fix,
      }
      return finding as AuditFinding
    },
  )
}

const RANK: Record<AuditSeverity, number> = { error: 0, warning: 1, info: 2 }

/** Whether an annotation of the workload or its template silences the finding. */
export function isAnnotated({ rule, workload: { ignores } }: AuditFinding): boolean {
  return ignores.includes(rule) || ignores.includes('all')
}

/** Answers the questions of rules from the scope. */
export function factsOf(scope: AuditSnapshot, settings: Pick<AuditSettings, 'pullSecret'>): AuditFacts {
  const credentials = new Credentials(scope)
  const checks = new Map(scope.imageChecks.map(check => [check.reference, check]))
  const observations = new Map(
    scope.observations.map(each => [`${each.workloadUid} ${each.container}`, each]),
  )
  const present = scope.pullSecrets.filter(({ problem }) => problem !== 'missing')
  const byName = Map.groupBy(present, ({ name }) => name)
  const startsOf = oncePerSchedule((schedule, timeZone) => scheduledStarts(schedule, timeZone, scope.takenAt))
  const changed = Map.groupBy(scope.secretsChanged, ({ workloadUid }) => workloadUid)
  return {
    scope,
    startsOf: ({ expression, timeZone }) => startsOf(expression.value, timeZone),
    namespacesWith: secret => byName.get(secret)?.map(({ namespace }) => namespace) ?? [],
    secretsChangedOf: ({ uid }) => (uid === null ? [] : (changed.get(uid) ?? [])),
    isLive: scope.source.type === 'cluster',
    wantedSecret: settings.pullSecret,
    pathOf: workload => credentials.pathOf(workload),
    checkOf(image, workload) {
      const reference = parseReference(image)
      const check = reference && checks.get(fullName(reference))
      return check ? checkFor(check.reference, [check], credentials.podOf(workload)) : null
    },
    observationOf: ({ uid }, { name }) =>
      uid === null ? null : (observations.get(`${uid} ${name}`) ?? null),
  }
}
