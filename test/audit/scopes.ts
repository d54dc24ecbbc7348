/** Builds the scope of an audit from manifests, with any other facts that a test needs. */
import { audit, isAnnotated } from '../../src/audit/audit.ts'
import type { AuditFinding, Rule } from '../../src/audit/finding.ts'
import type { AuditSettings } from '../../src/audit/settings.ts'
import { readManifest } from '../../src/manifest/document.ts'
import { workloadsIn } from '../../src/manifest/narrow-workloads.ts'
import { objectsIn } from '../../src/manifest/pod-specs.ts'
import type { AuditSnapshot } from '../../src/snapshot/audit-snapshot.ts'
import type { ImageAnswer, ImageCheck } from '../../src/snapshot/image-check.ts'
import type { PullSecret } from '../../src/snapshot/pull-secret.ts'
import type { WorkloadTemplate } from '../../src/snapshot/template.ts'

export const NO_SETTINGS: AuditSettings = { rules: {}, pullSecret: null }

export const PATH = 'deploy.yaml'

export function workloadsOf(yaml: string): WorkloadTemplate[] {
  const { documents, placeOf } = readManifest(yaml)
  return documents.flatMap(objectsIn).flatMap(object => workloadsIn(object, PATH, placeOf))
}

export function scopeOf(yaml: string, known: Partial<AuditSnapshot> = {}): AuditSnapshot {
  return {
    takenAt: '2026-11-29T00:00:00Z',
    source: { type: 'file', files: [PATH] },
    scope: { namespaces: null, labelSelector: null },
    workloads: workloadsOf(yaml),
    serviceAccounts: [],
    pullSecrets: [],
    nodes: null,
    observations: [],
    secretsChanged: [],
    imageChecks: [],
    gaps: [],
    unread: [],
    templates: [],
    files: 1,
    ...known,
  }
}

export const CLUSTER: Partial<AuditSnapshot> = {
  source: { type: 'cluster', context: 'prod', server: 'https://prod' },
  serviceAccounts: [{ namespace: 'default', name: 'default', imagePullSecrets: [] }],
}

/** The same workloads as a cluster has them. */
export function liveScope(yaml: string, known: Partial<AuditSnapshot> = {}): AuditSnapshot {
  const scope = scopeOf(yaml, { ...CLUSTER, ...known })
  const workloads = scope.workloads.map((workload, index) => ({
    ...workload,
    namespace: workload.namespace ?? 'default',
    uid: `uid-${index}`,
    source: null,
  }))
  return { ...scope, workloads }
}

export function findings(scope: AuditSnapshot, settings: Partial<AuditSettings> = {}): AuditFinding[] {
  return audit(scope, { ...NO_SETTINGS, ...settings }, isAnnotated).findings
}

/** Severity and rule of each finding, without the rule that most images break. */
export function rulesIn(scope: AuditSnapshot, settings: Partial<AuditSettings> = {}): string[] {
  return findings(scope, settings)
    .filter(({ rule }) => rule !== 'no-digest')
    .map(({ rule, severity }) => `${severity} ${rule}`)
}

export function only<R extends Rule>(scope: AuditSnapshot, rule: R): Extract<AuditFinding, { rule: R }>[] {
  return findings(scope).filter(
    (finding): finding is Extract<AuditFinding, { rule: R }> => finding.rule === rule,
  )
}

/** A pod with one container. */
export function podWith(image: string, policy?: string, more = ''): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  ${more}
  containers:
  - name: main
    image: ${image}
    ${policy === undefined ? '' : `imagePullPolicy: ${policy}`}
`
}

export function secret(name: string, known: Partial<PullSecret> = {}): PullSecret {
  return {
    namespace: 'default',
    name,
    type: 'kubernetes.io/dockerconfigjson',
    problem: null,
    entries: [{ key: 'https://index.docker.io/v1/', username: 'mara', problem: null }],
    ...known,
  }
}

export function check(reference: string, answer: ImageAnswer, known: Partial<ImageCheck> = {}): ImageCheck {
  return {
    reference,
    host: 'registry-1.docker.io',
    asks: [{ as: 'anonymous', secret: null, username: null, answer, detail: null, retryAfterSeconds: null }],
    unasked: null,
    repository: answer === 'exists' || answer === 'missing' ? 'there' : 'unknown',
    nearTags: null,
    likelyTag: null,
    tagsComplete: null,
    nearRepositories: null,
    digest: null,
    platforms: null,
    replacement: null,
    ...known,
  }
}
