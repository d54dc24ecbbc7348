/** EnsureImageExists: from a container's image to an image on the node, or to an error (pkg/kubelet/images/image_manager.go). */

import type { Cluster } from '../cluster/cluster.ts'
import type { ApiObject, Pod } from '../cluster/objects.ts'
import { type PodEvent, recordEvent } from './event-recorder.ts'
import { type ImageName, parseImageName } from './image-name.ts'
import { credentialsFor } from './pull-secrets.ts'
import type { PullCredential } from './registry-client.ts'
import type { LocalImage, Runtime } from './runtime.ts'

interface ImageRequest {
  pod: Pod
  image: string
  policy: string
  secrets: ApiObject[]
  /** Undefined for an image volume: its events are about the whole pod. */
  fieldPath: string | undefined
}

/** The image, or the waiting.reason and waiting.message of the failure. */
export type ImageResult = { image: LocalImage } | ImageFailure

export interface ImageFailure {
  reason: string
  message: string
}

const FIRST = 10_000
const LAST = 300_000

interface BackOffEntry {
  delay: number
  since: number
  /** `ErrImagePull: …`, for the message of the back-off. */
  error: string
}

/** How long an image is left alone after a failed pull: 10 s, doubling to 300 s (client-go's flowcontrol.Backoff). */
class BackOff {
  #entries = new Map<string, BackOffEntry>()

  /** The entry while it is in effect; times in milliseconds. */
  active(key: string, now: number): BackOffEntry | undefined {
    const entry = this.#entries.get(key)
    return entry && now < entry.since + entry.delay ? entry : undefined
  }

  /** Records another failure; an old entry starts over. */
  next(key: string, now: number, error: string): void {
    const entry = this.#entries.get(key)
    const stale = !entry || now - entry.since > 2 * LAST
    const delay = stale ? FIRST : Math.min(entry.delay * 2, LAST)
    this.#entries.set(key, { delay, since: now, error })
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

export class ImageManager {
  readonly #cluster: Cluster
  readonly #runtime: Runtime
  readonly #backOff = new BackOff()

  constructor(cluster: Cluster, runtime: Runtime) {
    this.#cluster = cluster
    this.#runtime = runtime
  }

  /** Pulls if the policy says so and no back-off forbids it; records the events. */
  async ensure(request: ImageRequest): Promise<ImageResult> {
    const { pod, image, policy } = request
    const name = nameOf(image)
    if (typeof name === 'string') {
      const message = `Failed to apply default image tag ${JSON.stringify(image)}: ${name}`
      return this.#fail(request, 'InspectFailed', { reason: 'InvalidImageName', message })
    }
    const local = policy === 'Always' ? undefined : this.#runtime.local(pod.spec.nodeName ?? '', name)
    if (local) {
      this.#record(request, 'Normal', 'Pulled', `Container image "${image}" already present on machine`)
      return { image: local }
    }
    if (policy === 'Never') {
      const message = `Container image "${image}" is not present with pull policy of Never`
      return this.#fail(request, 'ErrImageNeverPull', { reason: 'ErrImageNeverPull', message })
    }
    try {
      return await this.#pull(request, name, credentialsFor(request.secrets, name))
    } catch (error) {
      return { reason: messageOf(error), message: messageOf(error) }
    }
  }

  async #pull(request: ImageRequest, name: ImageName, credentials: PullCredential[]): Promise<ImageResult> {
    const { pod, image } = request
    const key = `${pod.metadata.uid}_${image}`
    const { clock } = this.#cluster
    const waiting = this.#backOff.active(key, clock.now())
    if (waiting) {
      const message = `Back-off pulling image "${image}"`
      this.#record(request, 'Normal', 'BackOff', message)
      return { reason: 'ImagePullBackOff', message: `${message}: ${waiting.error}` }
    }
    this.#record(request, 'Normal', 'Pulling', `Pulling image "${image}"`)
    try {
      const pulled = await this.#runtime.pull(pod.spec.nodeName ?? '', name, credentials)
      const text = `Successfully pulled image "${image}" in 412ms (412ms including waiting). Image size: ${pulled.bytes} bytes.`
      this.#record(request, 'Normal', 'Pulled', text)
      return { image: pulled }
    } catch (error) {
      const text = messageOf(error)
      this.#backOff.next(key, clock.now(), `ErrImagePull: ${text}`)
      return this.#fail(
        request,
        'Failed',
        { reason: 'ErrImagePull', message: text },
        `Failed to pull image "${image}": ${text}`,
      )
    }
  }

  #fail(
    request: ImageRequest,
    eventReason: string,
    failure: ImageFailure,
    eventText = failure.message,
  ): ImageFailure {
    this.#record(request, 'Warning', eventReason, eventText)
    return failure
  }

  #record(request: ImageRequest, type: PodEvent['type'], reason: string, message: string): void {
    recordEvent(this.#cluster, request.pod, { type, reason, message, fieldPath: request.fieldPath })
  }
}

/** The parsed name, or the parser's error. */
function nameOf(image: string): ImageName | string {
  try {
    return parseImageName(image)
  } catch (error) {
    return messageOf(error)
  }
}
