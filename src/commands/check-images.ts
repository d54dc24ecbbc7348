/** `--check-images`: asks registries for the images that a command is about. Loaded only where the flag is given. */

import type { CredentialReport, Finding } from '../diagnosis/finding.ts'
import { UsageError } from '../errors.ts'
import { movedImage } from '../image/moved.ts'
import { parseReference, type Reference } from '../image/reference.ts'
import { findCredentials } from '../keychain/find-credentials.ts'
import { registriesOf } from '../keychain/wanted-registries.ts'
import { Registries } from '../registry/client.ts'
import { parseEndpoints } from '../registry/endpoints.ts'
import type { ImageCheck } from '../snapshot/image-check.ts'
import type { Pod } from '../snapshot/pod.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { PodLogins, type PullingPod } from '../source/image-checks/pod-logins.ts'
import { type ImageQuestion, type MachineLogins, readImageChecks } from '../source/image-checks.ts'
import type { CommandContext } from './context.ts'

/** The flags of --check-images. */
export interface ImageCheckFlags {
  /** REGISTRY=URL. */
  endpoints: string[]
}

/** Milliseconds for all checks, and for one request: a report without some answers is better than a late one. */
const LONGEST_RUN = 45_000
const LONGEST_REQUEST = 10_000

/** How much is asked in one run, if more than for the images of failing pulls. */
export interface CheckLimits {
  maxImages?: number
  /** Milliseconds in all. */
  longestRun?: number
}

/** Collects the pods' pull secrets while the cluster is read, then asks the registries. */
export class ImageChecking {
  readonly #podLogins = new PodLogins()
  readonly #endpoints: ReturnType<typeof parseEndpoints>
  readonly #context: CommandContext
  readonly #limits: CheckLimits

  /** @throws UsageError for a malformed endpoint */
  constructor({ endpoints }: ImageCheckFlags, context: CommandContext, limits: CheckLimits = {}) {
    this.#limits = limits
    this.#endpoints = parseEndpoints(endpoints, context.env.PULLGUARD_REGISTRY_ENDPOINTS)
    this.#context = context
  }

  /** Collects a pull secret as the cluster returned it. */
  readonly keep = (secret: unknown): void => this.#podLogins.add(secret)

  /** Checks the images of the findings with the pull secrets of their pods. @throws the signal's reason */
  askForFindings(findings: readonly Finding[], snapshot: Snapshot): Promise<ImageCheck[]> {
    return this.askAll(questionsOf(findings, snapshot))
  }

  /** Checks images, failing or not, with the pull secrets of the pod that uses them; null for none. @throws the signal's reason */
  ask(images: string[], pod: Pod | null): Promise<ImageCheck[]> {
    return this.askAll(images.flatMap(image => questionOf(image, pod)))
  }

  /** Images that no pod has asked for yet, each as the pods that will. @throws the signal's reason */
  askFor(wanted: { image: string; pod: PullingPod }[]): Promise<ImageCheck[]> {
    return this.askAll(wanted.flatMap(({ image, pod }) => questionOf(image, pod)))
  }

  /** Each image once, whoever wants it. @throws the signal's reason */
  async askAll(questions: ImageQuestion[]): Promise<ImageCheck[]> {
    if (questions.length === 0) return []
    const { longestRun = LONGEST_RUN, maxImages } = this.#limits
    const { env, version, clock, signal } = this.#context
    const registries = new Registries({
      endpoints: this.#endpoints,
      env,
      userAgent: `pullguard/${version}`,
      clock,
      timeoutMs: LONGEST_REQUEST,
      signal,
    })
    const progress = await this.#context.progress()
    const late = new AbortController()
    const inTime = clock.after(longestRun, () => late.abort())
    try {
      return await readImageChecks(questions, {
        registries,
        podLogins: this.#podLogins,
        machineLogins: images => machineLogins(images, this.#context),
        timeUp: late.signal,
        ...(maxImages === undefined ? {} : { maxImages }),
        onProgress: (done, all) => progress.update(`Asking registries: ${done} of ${all} images`),
      })
    } finally {
      inTime()
      progress.stop()
      await registries.close()
    }
  }
}

/** The images of the findings, each with the pods that want it. */
function questionsOf(findings: readonly Finding[], { pods }: Snapshot): ImageQuestion[] {
  const byName = new Map(pods.map(pod => [`${pod.namespace}/${pod.name}`, pod]))
  return findings.flatMap(({ reference, cause, namespace, pod: name, credential, moved }) => {
    const read = reference === null ? null : parseReference(reference)
    if (read === null) return []
    const pod = byName.get(`${namespace}/${name}`)
    return {
      reference: read,
      pods: pod === undefined ? [] : [{ namespace, pullSecrets: secretsTried(credential, pod) }],
      platforms: cause === 'platform-mismatch',
      replacement: moved?.to ? parseReference(moved.to) : null,
    }
  })
}

/** The pull secrets that the pull uses; none for a sandbox image, for example. */
function secretsTried({ attempts }: CredentialReport, { pullSecrets }: Pod): string[] {
  return attempts.length === 0 ? [] : pullSecrets
}

/** The question about one image, failing or not; none for an invalid reference. */
function questionOf(image: string, pod: PullingPod | null): ImageQuestion[] {
  const reference = parseReference(image)
  if (reference === null) return []
  const { to = null } = movedImage(reference, 'missing') ?? {}
  return [
    {
      reference,
      pods: pod === null ? [] : [pod],
      platforms: pod === null,
      replacement: to === null ? null : parseReference(to),
    },
  ]
}

/** This machine's logins for exactly these registries. A file that can't be read is reported and does not end the command. */
async function machineLogins(images: Reference[], context: CommandContext): Promise<MachineLogins> {
  const { env, home, clock, signal } = context
  const names = images.map(({ registry, repository }) => `${registry}/${repository}`)
  try {
    const { credentials, refusals } = await findCredentials({
      env,
      home,
      platform: process.platform,
      wanted: registriesOf(names),
      onlyNamed: true,
      clock,
      signal,
    })
    const forReading = refusals.flatMap(refusal => refusal.forReading ?? [])
    return { credentials: [...credentials, ...forReading], problem: null }
  } catch (error) {
    if (error instanceof UsageError) return { credentials: [], problem: error.message }
    throw error
  }
}
