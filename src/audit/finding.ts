/** What an audit finds: a rule's code with typed arguments, where it is, and what an edit would make of it. */

import type { KeyMismatch } from '../dockerconfig/key-mismatch.ts'
import type { Moved } from '../image/moved.ts'
import type { ImageVerdict, JudgedCheck } from '../snapshot/image-verdict.ts'
import type { PullPolicy } from '../snapshot/pod.ts'
import type { PullSecretProblem } from '../snapshot/pull-secret.ts'
import type { Place, TemplateContainer, WorkloadTemplate } from '../snapshot/template.ts'

export type AuditSeverity = 'error' | 'warning' | 'info'

/** What each rule tells of a finding; the rules in the order of the documentation. */
export interface RuleArguments {
  'invalid-reference': { reason: string }
  'number-in-reference': { how: 'not-text' | 'exponent'; written: string }
  'ambiguous-reference': {
    how: 'service-name' | 'loopback' | 'website' | 'hub-alias' | 'capitals'
    host: string
  }
  'no-tag': { implied: boolean }
  'no-digest': { tag: string }
  'stale-latest': { policy: 'IfNotPresent' | 'Never' }
  'always-pull': { pinned: boolean; written: boolean; kubelets: string[] }
  'forced-always': { pod: string; policy: PullPolicy }
  'moved-image': { moved: Moved; proof: 'found' | 'missing' | 'not-asked' }
  'missing-image': { check: JudgedCheck; verdict: ImageVerdict; ranOn: string[] }
  'refused-login': { check: JudgedCheck; verdict: ImageVerdict }
  'wrong-platform': { built: string[]; lacking: string[] }
  /** `known`: whether anything is known of the service account. */
  'anonymous-docker-hub': { serviceAccount: string; known: boolean; wanted: string | null }
  'login-required': { registry: string; known: boolean }
  'missing-pull-secret': { secret: string; from: SecretSource; elsewhere: string[] }
  'unusable-pull-secret': {
    secret: string
    from: SecretSource
    problem: PullSecretProblem
    detail: string | null
  }
  'unmatched-pull-secret': {
    secret: string
    from: SecretSource
    key: string
    mismatch: KeyMismatch
    registry: string
  }
  /** `proven`: one of the secrets opens an image that the template's own do not. */
  'shut-out-pull-secret': { serviceAccount: string; secrets: string[]; own: string[]; proven: boolean }
  'changed-at-admission':
    | { what: 'image'; pod: string; image: string }
    | { what: 'secrets'; pod: string; expected: string[]; found: string[] }
  'no-deadline': { cron: boolean }
  'pull-rate': PullRate
  'fresh-node': { lacking: string[]; nodes: number; credential: boolean | null }
}

/** Where a pod gets the name of a pull secret from. */
export type SecretSource = 'template' | 'service-account'

/** Pulls, or at least questions to the registry, in six hours. */
type PullRate =
  | { how: 'schedule'; pulls: number; schedule: string }
  | { how: 'nodes'; pulls: number; nodes: number }
  | { how: 'crash-loop'; pulls: number; pod: string }

export type Rule = keyof RuleArguments

/** What an edit of a file would do; `pin` needs the registry's word on the digest, `image` on its new place unless `proven`. */
export type Fix =
  | { code: 'pin' }
  | { code: 'policy'; value: PullPolicy }
  | { code: 'image'; to: string; proven: boolean }
  | { code: 'quote'; value: string }
  | { code: 'secret'; name: string }

export interface FindingOf<R extends Rule> {
  rule: R
  severity: AuditSeverity
  workload: WorkloadTemplate
  /** null where it is the workload's. */
  container: TemplateContainer | null
  /** Of the value that is wrong, or of what comes nearest; null in a cluster. */
  place: Place | null
  arguments: RuleArguments[R]
  /** null where no edit can be made without knowing more. */
  fix: Fix | null
}

export type AuditFinding = { [R in Rule]: FindingOf<R> }[Rule]
