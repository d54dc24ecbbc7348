/** `--check-images`: asks registries about images, with the logins of their pods. Loaded only if a command needs the answers. */

import type { Finding } from '../diagnosis/finding.ts'
import { meetsHubLimit } from '../diagnosis/limit-answers.ts'
import { fullRepository, parseReference } from '../image/reference.ts'
import { readingLoginsOrProblem } from '../keychain/local-logins.ts'
import { registriesOf } from '../keychain/wanted-registries.ts'
import { Registries } from '../registry/client.ts'
import { type EndpointOverrides, parseEndpoints } from '../registry/endpoints.ts'
import { askingText } from '../report/views/progress.ts'
import type { HubQuota } from '../snapshot/hub-quota.ts'
import type { ImageCheck } from '../snapshot/image-check.ts'
import { objectKey } from '../snapshot/object-key.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { PodLogins, type PullingPod } from '../source/image-checks/pod-logins.ts'
import { questionsAbout, readImageChecks } from '../source/image-checks.ts'
import type { CommandContext } from './context.ts'
import { askHub } from './quota/readings.ts'

/** The flags of --check-images. */
export interface ImageCheckFlags {
  /** REGISTRY=URL. */
  endpoints: string[]
}

/** For all checks, and for one request: an incomplete report is better than a late one. */
const MAX_RUN_MS = 45_000
const MAX_REQUEST_MS = 10_000

/** Limits for one run, if higher than those for images of failing pulls. */
interface CheckLimits {
  maxImages?: number
  /** Milliseconds in all. */
  longestRun?: number
}

/** For an inventory of images, which is not urgent. */
export const INVENTORY: CheckLimits = { maxImages: 5000, longestRun: 600_000 }

/** An image to ask about, and why. */
export interface ImageToAsk {
  /** As written; null for one that is not a reference, which is skipped. */
  image: string | null
  /** The pods that use it, which may have their own logins. */
  pods: PullingPod[]
  /** Whether its platforms are needed. */
  platforms: boolean
  /** Where it moved to; by default, what is known if the registry doesn't have it. */
  replacement?: string | null
}

/** Collects the pods' pull secrets while the cluster is read, then asks the registries. */
export class ImageCheckRun {
  readonly #podLogins = new PodLogins()
  readonly #endpoints: EndpointOverrides
  readonly #flags: ImageCheckFlags
  readonly #context: CommandContext
  readonly #limits: CheckLimits

  /** @throws UsageError for a malformed endpoint */
  constructor(flags: ImageCheckFlags, context: CommandContext, limits: CheckLimits = {}) {
    this.#flags = flags
    this.#limits = limits
    this.#endpoints = parseEndpoints(flags.endpoints, context.env)
    this.#context = context
  }

  /** Collects a pull secret as the cluster returned it. */
  readonly keep = (secret: unknown): void => this.#podLogins.add(secret)

  /** Checks the images of the findings with the pull secrets of their pods. @throws the signal's reason */
  checkFindings(findings: readonly Finding[], snapshot: Snapshot): Promise<ImageCheck[]> {
    return this.check(imagesOf(findings, snapshot))
  }

  /**
   * Returns what is left of Docker Hub's limit if pulls hit it: for this machine's address, and for the accounts that the pods pull with.
   */
  async readLimits(findings: readonly Finding[], { pods }: Pick<Snapshot, 'pods'>): Promise<HubQuota[]> {
    const limited = findings.filter(meetsHubLimit)
    if (limited.length === 0) return []
    const podOf = podFinder(pods)
    const logins = limited.flatMap(finding => {
      const pod = podOf(finding)
      const image = finding.reference === null ? null : parseReference(finding.reference)
      return pod && image ? this.#podLogins.of(image, pod).slice(0, 1) : []
    })
    return askHub(
      logins.map(({ credential }) => credential),
      this.#flags.endpoints,
      this.#context,
    )
  }

  /**
   * Checks images, failing or not, each with the pull secrets of the pod that uses it or will use it; null for no pod.
   * @throws the signal's reason
   */
  checkEach(wanted: { image: string; pod: PullingPod | null }[]): Promise<ImageCheck[]> {
    return this.check(
      wanted.map(({ image, pod }) => ({ image, pods: pod === null ? [] : [pod], platforms: pod === null })),
    )
  }

  /** Asks about each image once, even if several pods use it. @throws the signal's reason */
  async check(images: readonly ImageToAsk[]): Promise<ImageCheck[]> {
    const questions = images.flatMap(({ image, ...how }) => questionsAbout(image, how))
    if (questions.length === 0) return []
    const { longestRun = MAX_RUN_MS, maxImages } = this.#limits
    const { clock } = this.#context
    const registries = new Registries(this.#endpoints, this.#context, { timeoutMs: MAX_REQUEST_MS })
    const progress = await this.#context.progress()
    const late = new AbortController()
    const cancelTimer = clock.after(longestRun, () => late.abort())
    try {
      return await readImageChecks(questions, {
        registries,
        podLogins: this.#podLogins,
        machineLogins: images =>
          readingLoginsOrProblem(registriesOf(images.map(fullRepository)), this.#context),
        timeUp: late.signal,
        ...(maxImages === undefined ? {} : { maxImages }),
        onProgress: (done, all) => progress.update(askingText(done, all)),
      })
    } finally {
      cancelTimer()
      progress.stop()
      await registries.close()
    }
  }
}

/** Returns the images of the findings, each with the pods that use it. */
function imagesOf(findings: readonly Finding[], { pods }: Snapshot): ImageToAsk[] {
  const podOf = podFinder(pods)
  return findings.map(finding => {
    const pod = podOf(finding)
    return {
      image: finding.reference,
      pods: pod === undefined ? [] : [{ namespace: pod.namespace, pullSecrets: secretsTried(finding, pod) }],
      platforms: finding.cause === 'platform-mismatch',
      replacement: finding.moved?.to ?? null,
    }
  })
}

/** Returns the pull secrets that the pull uses; none for a sandbox image, for example. */
function secretsTried({ credential }: Finding, { pullSecrets }: Pod): string[] {
  return credential.attempts.length === 0 ? [] : pullSecrets
}

/** Returns a function that finds the pod of a finding. */
function podFinder(pods: readonly Pod[]): (finding: Finding) => Pod | undefined {
  const byName = new Map(pods.map(pod => [objectKey(pod.namespace, pod.name), pod]))
  return ({ namespace, pod }) => byName.get(objectKey(namespace, pod))
}
