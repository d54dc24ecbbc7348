/**
 * `wait --check-images`: asks registries about workloads' images as soon as they are known, before a kubelet has tried, and asks Docker Hub
 * for its limit when a pull hits it.
 */

import { withSteps } from '../../advice/add-steps.ts'
import type { Diagnosis, Finding } from '../../diagnosis/finding.ts'
import { meetsHubLimit, withLimit } from '../../diagnosis/limit-answers.ts'
import { fullName, parseReference } from '../../image/reference.ts'
import type { ClusterReader } from '../../kubernetes/api/cluster.ts'
import type { Invocation } from '../../report/invocation.ts'
import { checkLine, limitLine } from '../../report/views/wait-progress.ts'
import type { HubQuota } from '../../snapshot/hub-quota.ts'
import type { ImageCheck } from '../../snapshot/image-check.ts'
import { checkFor } from '../../snapshot/image-verdict.ts'
import { usesAccountSecrets } from '../../snapshot/pod.ts'
import type { Following } from '../../source/following/following.ts'
import { type PullingPod, TemplateLogins } from '../../source/image-checks/pod-logins.ts'
import type { PodTemplate } from '../../source/narrow/template.ts'
import type { SubjectState } from '../../waiting/subject-state.ts'
import type { ImageCheckFlags, ImageCheckRun } from '../check-images.ts'
import type { CommandContext } from '../context.ts'
import type { WaitRequest } from './find-subjects.ts'
import type { ProgressLog } from './progress-log.ts'

interface AheadSession {
  context: CommandContext
  cluster: ClusterReader
  following: Following
  log: ProgressLog
  request: WaitRequest
  invocation: Invocation
}

interface ImageToCheck {
  image: string
  pod: PullingPod
}

export class ImageChecksAhead {
  /** The registries' answers so far. */
  checks: ImageCheck[] = []
  readonly #flags: ImageCheckFlags | undefined
  readonly #session: AheadSession
  readonly #logins: TemplateLogins
  readonly #asked = new Set<string>()
  /** Keys of the limits that were already reported. */
  readonly #limits = new Set<string>()
  #checking: ImageCheckRun | null = null

  constructor(flags: ImageCheckFlags | undefined, session: AheadSession) {
    this.#flags = flags
    this.#session = session
    this.#logins = new TemplateLogins(session.cluster, session.context.signal, this.keep)
  }

  /** Collects a pull secret as the cluster returned it. */
  readonly keep = (secret: unknown): void => this.#checking?.keep(secret)

  /**
   * Checks images that have not been checked, and reports those that can't be pulled and limits that pulls hit. Does nothing without the
   * flag. @throws UsageError
   */
  async ask(states: readonly SubjectState[]): Promise<void> {
    if (this.#flags === undefined) return
    const { context, log } = this.#session
    if (this.#checking === null) {
      const { ImageCheckRun } = await import('../check-images.ts')
      const silent = async () => ({ isShown: false, update() {}, stop() {} })
      this.#checking = new ImageCheckRun(this.#flags, { ...context, progress: silent })
    }
    await this.#readLimits(
      this.#checking,
      states.flatMap(({ failures }) => failures.map(({ finding }) => finding)),
    )
    const wanted = await this.#unasked()
    if (wanted.length === 0) return
    const answers = await this.#checking.checkEach(wanted)
    this.checks = [...this.checks, ...answers]
    const lines = wanted.map(one => this.#lineOf(one)).filter(line => line !== '')
    if (lines.length > 0) await log.print([...new Set(lines)].join(''))
  }

  /** Adds what is left of Docker Hub's limit to findings whose pulls hit it; returns the diagnosis unchanged without the flag. */
  async withLimits(diagnosis: Diagnosis): Promise<Diagnosis> {
    const quotas = await this.#quotasFor(this.#checking, diagnosis.findings)
    return { ...diagnosis, findings: diagnosis.findings.map(finding => withLimit(finding, quotas)) }
  }

  /** Prints one line for each address or account that hit its limit for the first time. */
  async #readLimits(checking: ImageCheckRun, findings: readonly Finding[]): Promise<void> {
    const fresh = [
      ...new Map(findings.filter(meetsHubLimit).map(finding => [limitKey(finding), finding])),
    ].flatMap(([key, finding]) => (this.#limits.has(key) ? [] : finding))
    if (fresh.length === 0) return
    for (const finding of fresh) this.#limits.add(limitKey(finding))
    const quotas = await this.#quotasFor(checking, fresh)
    const { log, invocation } = this.#session
    const lines = fresh.map(finding => limitLine(withSteps(withLimit(finding, quotas)), invocation))
    await log.print([...new Set(lines)].join(''))
  }

  async #quotasFor(checking: ImageCheckRun | null, findings: readonly Finding[]): Promise<HubQuota[]> {
    const { following } = this.#session
    if (checking === null || !findings.some(meetsHubLimit)) return []
    const pods = following.subjects().flatMap(subject => following.rolloutStateOf(subject)?.pods ?? [])
    return checking.readLimits(findings, { pods: pods.map(({ pod }) => pod) })
  }

  async #unasked(): Promise<ImageToCheck[]> {
    const wanted: ImageToCheck[] = []
    for (const { namespace, template } of this.#templates()) {
      const open = template.images.filter(image => !this.#asked.has(checkKey(image, namespace, template)))
      if (open.length === 0) continue
      const pod = await this.#logins.of(namespace, template)
      for (const image of open) {
        this.#asked.add(checkKey(image, namespace, template))
        wanted.push({ image, pod })
      }
    }
    return wanted
  }

  /** Returns the templates of existing workloads and of those in manifests. */
  #templates(): { namespace: string; template: PodTemplate }[] {
    const { following, cluster, request } = this.#session
    const there = following.subjects().flatMap(subject => {
      const object = following.objectOf(subject)
      return object === null ? [] : { namespace: subject.namespace, template: object.template }
    })
    const written = (request.manifests?.workloads ?? []).map(({ namespace, template }) => ({
      namespace: namespace ?? cluster.namespace,
      template,
    }))
    return [...there, ...written]
  }

  #lineOf({ image, pod }: ImageToCheck): string {
    const reference = parseReference(image)
    const check = reference === null ? null : checkFor(fullName(reference), this.checks, pod)
    return check === null ? '' : checkLine(image, check)
  }
}

/** A limit applies to the address, or to the account that a namespace's pods pull with. */
function limitKey({ subcause, namespace }: Finding): string {
  return subcause === 'account' ? `account ${namespace}` : 'address'
}

function checkKey(image: string, namespace: string, { pullSecrets, serviceAccount }: PodTemplate): string {
  return JSON.stringify([image, namespace, usesAccountSecrets(pullSecrets) ? serviceAccount : pullSecrets])
}
