/** What an audit finds: a rule's code with typed arguments, its place, and the edit that would fix it. */

import type { KeyMismatch } from '../dockerconfig/key-mismatch.ts'
import type { Moved } from '../image/moved/moved.ts'
import type { ImageVerdict, JudgedCheck } from '../snapshot/image-verdict.ts'
import type { PullPolicy } from '../snapshot/pod.ts'
import type { UnusableProblem } from '../snapshot/pull-secret.ts'
import type { Place, TemplateContainer, WorkloadTemplate } from '../snapshot/template.ts'

export type AuditSeverity = 'error' | 'warning' | 'info'

/** The arguments of each rule's findings; rules in the order of the documentation. */
export interface RuleArguments {
  'invalid-reference': { reason: string }
  'number-in-reference': { how: 'not-text' | 'exponent'; written: string }
  'ambiguous-reference': {
    how: 'service-name' | 'loopback' | 'website' | 'hub-alias' | 'capitals' | 'misspelled'
    host: string
    /** The well-known registry that is most likely meant; only if `misspelled`. */
    meant?: string
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
  /** `known`: whether anything is known about the service account. */
  'anonymous-docker-hub': { serviceAccount: string; known: boolean; wanted: string | null }
  'login-required': { registry: string; known: boolean }
  'missing-pull-secret': { secret: string; from: SecretSource; elsewhere: string[] }
  'unusable-pull-secret': {
    secret: string
    from: SecretSource
    problem: UnusableProblem
    detail: string | null
  }
  'unmatched-pull-secret': {
    secret: string
    from: SecretSource
    key: string
    mismatch: KeyMismatch
    registry: string
  }
  /** `proven`: one of the secrets has a login for an image that the template's own secrets don't serve. */
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

/** Pulls, or at least requests to the registry, in six hours. */
type PullRate =
  | { how: 'schedule'; pulls: number; schedule: string }
  | { how: 'nodes'; pulls: number; nodes: number }
  | { how: 'crash-loop'; pulls: number; pod: string }

export type Rule = keyof RuleArguments

/** What an edit of a file would change. `pin` needs the digest from the registry; `image` needs its answer, too, unless `proven`. */
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
  /** null if the finding is about the whole workload. */
  container: TemplateContainer | null
  /** Where the wrong value is, or the nearest value to it; null in a cluster. */
  place: Place | null
  arguments: RuleArguments[R]
  /** null if an edit needs more information. */
  fix: Fix | null
}

export type AuditFinding = { [R in Rule]: FindingOf<R> }[Rule]
