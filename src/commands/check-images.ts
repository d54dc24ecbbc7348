/**
 * `--check-images`: what registries are asked about the images that a command covers, and asking. Loaded only if the flag is given, or if
 * `audit --fix` needs the answers.
 */

import { Credentials } from '../audit/credentials.ts'
import { imagesToAsk } from '../audit/edits.ts'
import type { AuditFinding } from '../audit/finding.ts'
import type { CredentialReport, Finding } from '../diagnosis/finding.ts'
import { meetsHubLimit } from '../diagnosis/limit-answers.ts'
import { parseReference, type Reference } from '../image/reference.ts'
import type { ReplacementRule } from '../image/replacement.ts'
import { registriesOf } from '../keychain/wanted-registries.ts'
import { askingText } from '../report/views/progress.ts'
import type { AuditScope } from '../snapshot/audit-scope.ts'
import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { ImageCheck } from '../snapshot/image-check.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { PodLogins, type PullingPod } from '../source/image-checks/pod-logins.ts'
import { type ImageQuestion, questionsAbout, readImageChecks } from '../source/image-checks.ts'
import type { CommandContext } from './context.ts'
import { askHub } from './quota/readings.ts'
import { endpointsOf, openRegistries, readingLoginsOrProblem } from './registries.ts'

/** The flags of --check-images. */
export interface ImageCheckFlags {
  /** REGISTRY=URL. */
  endpoints: string[]
}

/** Milliseconds for all checks, and for one request: an incomplete report is better than a late one. */
const LONGEST_RUN = 45_000
const LONGEST_REQUEST = 10_000

/** Limits for one run, if higher than those for images of failing pulls. */
export interface CheckLimits {
  maxImages?: number
  /** Milliseconds in all. */
  longestRun?: number
}

/** Collects the pods' pull secrets while the cluster is read, then asks the registries. */
export class ImageCheckRun {
  readonly #podLogins = new PodLogins()
  readonly #endpoints: ReturnType<typeof endpointsOf>
  readonly #flags: ImageCheckFlags
  readonly #context: CommandContext
  readonly #limits: CheckLimits

  /** @throws UsageError for a malformed endpoint */
  constructor(flags: ImageCheckFlags, context: CommandContext, limits: CheckLimits = {}) {
    this.#flags = flags
    this.#limits = limits
    this.#endpoints = endpointsOf(flags.endpoints, context)
    this.#context = context
  }

  /** Collects a pull secret as the cluster returned it. */
  readonly keep = (secret: unknown): void => this.#podLogins.add(secret)

  /** Checks the images of the findings with the pull secrets of their pods. @throws the signal's reason */
  askForFindings(findings: readonly Finding[], snapshot: Snapshot): Promise<ImageCheck[]> {
    return this.askAll(questionsOf(findings, snapshot))
  }

  /**
   * Returns what is left of Docker Hub's limit if pulls hit it: for this machine's address, and for the accounts that the pods pull with.
   */
  async askForLimits(findings: readonly Finding[], { pods }: Pick<Snapshot, 'pods'>): Promise<HubQuota[]> {
    const limited = findings.filter(meetsHubLimit)
    if (limited.length === 0) return []
    const byName = new Map(pods.map(pod => [`${pod.namespace}/${pod.name}`, pod]))
    const logins = limited.flatMap(({ namespace, pod: name, reference }) => {
      const pod = byName.get(`${namespace}/${name}`)
      const image = reference === null ? null : parseReference(reference)
      return pod && image ? this.#podLogins.of(image, pod).slice(0, 1) : []
    })
    return askHub(
      logins.map(({ credential }) => credential),
      this.#flags.endpoints,
      this.#context,
    )
  }

  /** Checks images, failing or not, with the pull secrets of the pod that uses them; null for no pod. @throws the signal's reason */
  ask(images: string[], pod: Pod | null): Promise<ImageCheck[]> {
    return this.askAll(images.flatMap(image => questionOf(image, pod)))
  }

  /** Checks images that no pod has requested yet, each with the future pod's pull secrets. @throws the signal's reason */
  askFor(wanted: { image: string; pod: PullingPod }[]): Promise<ImageCheck[]> {
    return this.askAll(wanted.flatMap(({ image, pod }) => questionOf(image, pod)))
  }

  /** Asks about each image once, even if several pods use it. @throws the signal's reason */
  async askAll(questions: ImageQuestion[]): Promise<ImageCheck[]> {
    if (questions.length === 0) return []
    const { longestRun = LONGEST_RUN, maxImages } = this.#limits
    const { clock } = this.#context
    const registries = openRegistries(this.#endpoints, this.#context, LONGEST_REQUEST)
    const progress = await this.#context.progress()
    const late = new AbortController()
    const inTime = clock.after(longestRun, () => late.abort())
    try {
      return await readImageChecks(questions, {
        registries,
        podLogins: this.#podLogins,
        machineLogins: images => readingLoginsOrProblem(registriesOf(images.map(pathOf)), this.#context),
        timeUp: late.signal,
        ...(maxImages === undefined ? {} : { maxImages }),
        onProgress: (done, all) => progress.update(askingText(done, all)),
      })
    } finally {
      inTime()
      progress.stop()
      await registries.close()
    }
  }
}

/** Returns the images of the findings, each with the pods that use it. */
function questionsOf(findings: readonly Finding[], { pods }: Snapshot): ImageQuestion[] {
  const byName = new Map(pods.map(pod => [`${pod.namespace}/${pod.name}`, pod]))
  return findings.flatMap(({ reference, cause, namespace, pod: name, credential, moved }) => {
    const pod = byName.get(`${namespace}/${name}`)
    return questionsAbout(reference, {
      pods: pod === undefined ? [] : [{ namespace, pullSecrets: secretsTried(credential, pod) }],
      platforms: cause === 'platform-mismatch',
      replacement: moved?.to ?? null,
    })
  })
}

/** Returns the pull secrets that the pull uses; none for a sandbox image, for example. */
function secretsTried({ attempts }: CredentialReport, { pullSecrets }: Pod): string[] {
  return attempts.length === 0 ? [] : pullSecrets
}

/** Returns the question about one image, failing or not; none for an invalid reference. */
function questionOf(image: string, pod: PullingPod | null): ImageQuestion[] {
  return questionsAbout(image, { pods: pod === null ? [] : [pod], platforms: pod === null })
}

function pathOf({ registry, repository }: Reference): string {
  return `${registry}/${repository}`
}

/** Higher than a diagnosis' limits, because an audit is an inventory and not urgent. */
const AUDIT_LIMITS = { maxImages: 5000, longestRun: 600_000 }

/** For `audit`: all its images for `--check-images`, or those that an edit depends on for `--fix`. @throws UsageError for a malformed endpoint */
export function auditChecking(flags: ImageCheckFlags, context: CommandContext): ImageCheckRun {
  return new ImageCheckRun(flags, context, AUDIT_LIMITS)
}

/** Returns every image in the scope, with the pods that use it. */
export function questionsOfScope(scope: AuditScope): ImageQuestion[] {
  const credentials = new Credentials(scope)
  const isLive = scope.source.type === 'cluster'
  return scope.workloads.flatMap(workload =>
    workload.containers.flatMap(({ image, placeholder }) => {
      if (placeholder) return []
      const secrets = credentials.pathOf(workload).secrets ?? []
      const pod = {
        namespace: workload.namespace ?? 'default',
        pullSecrets: secrets.map(({ named }) => named.value),
      }
      return questionsAbout(image, {
        // Doesn't use logins in files: whoever wrote them may not have meant them for this machine.
        pods: isLive ? [pod] : [],
        platforms: (scope.nodes?.platforms.length ?? 0) > 0,
      })
    }),
  )
}

/** Returns the images that edits depend on, without pods; skips images that were already checked. */
export function questionsOfEdits(
  scope: AuditScope,
  findings: readonly AuditFinding[],
  replacements: readonly ReplacementRule[],
): ImageQuestion[] {
  const known = new Set(scope.imageChecks.map(({ reference }) => reference))
  return imagesToAsk({ workloads: scope.workloads, findings, replacements }).flatMap(({ image, name }) =>
    known.has(name) ? [] : questionsAbout(image, { pods: [], platforms: false, replacement: null }),
  )
}

/** Adds the checks of a second round to the scope. */
export function withChecks(scope: AuditScope, checks: ImageCheck[]): AuditScope {
  return { ...scope, imageChecks: [...scope.imageChecks, ...checks] }
}
