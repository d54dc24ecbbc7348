/** Asks registries for images, each by HEAD, which costs no pull: without a login, as the pods would, and with this machine's logins. */

import { type Credential, loginFor } from '../dockerconfig/registry-credential.ts'
import { UsageError } from '../errors.ts'
import { movedImage } from '../image/moved/moved.ts'
import { fullName, parseReference, type Reference } from '../image/reference.ts'
import type { Registries } from '../registry/client.ts'
import type { ImageCheck, UnaskedReason } from '../snapshot/image-check.ts'
import { type PodLogins, type PullingPod, UniqueLogins } from './image-checks/pod-logins.ts'
import { RegistryQueries } from './image-checks/registry-queries.ts'
import { SingleImageCheck } from './image-checks/single-image-check.ts'

/** An image to check, and why. */
export interface ImageQuestion {
  reference: Reference
  /** The pods that use it, which may have their own logins. */
  pods: PullingPod[]
  /** Whether its platforms are needed. */
  platforms: boolean
  /** The known replacement of the image; null if there is none. */
  replacement: Reference | null
}

/**
 * Returns the question about the image, or none for text that is not a reference.
 * @param how its `replacement` is, by default, where the image is known to have moved if the registry doesn't have it
 */
export function questionsAbout(
  image: string | null,
  how: Pick<ImageQuestion, 'pods' | 'platforms'> & { replacement?: string | null },
): ImageQuestion[] {
  const reference = image === null ? null : parseReference(image)
  if (reference === null) return []
  const { replacement = movedImage(reference, 'missing')?.to ?? null } = how
  return [{ ...how, reference, replacement: replacement === null ? null : parseReference(replacement) }]
}

/** Logins of this machine. */
export interface MachineLogins {
  credentials: Credential[]
  /** Why the list may be incomplete, as a clause; null if every place could be read. */
  problem: string | null
}

interface ImageCheckOptions {
  registries: Registries
  /** null if no pull secret can be used, as with those of a dump. */
  podLogins: PodLogins | null
  /** Called at most once, with the images that no pod login opened. */
  machineLogins(images: Reference[]): Promise<MachineLogins>
  /** Stops further requests once it is aborted. */
  timeUp: AbortSignal
  /** How many images this run may check. The default is meant for failing images, not for an inventory. */
  maxImages?: number
  onProgress?: (done: number, all: number) => void
}

/** The default limit of images per run. */
const MAX_IMAGES = 100

/** Returns one check for each image, in the order of the questions. Trouble is data; rejects only if the registries' signal is aborted. */
export async function readImageChecks(
  questions: ImageQuestion[],
  options: ImageCheckOptions,
): Promise<ImageCheck[]> {
  const images = merged(questions)
  const imageChecks = beginChecks(images, options)
  const open = [...imageChecks].filter(([, { isAllowed }]) => isAllowed)
  await askEverybody(open, options)
  await Promise.all(open.map(([{ platforms }, imageCheck]) => imageCheck.conclude(platforms)))
  const byName = new Map(
    [...imageChecks].map(([{ reference }, imageCheck]) => [fullName(reference), imageCheck]),
  )
  return [...new Set(questions.map(({ reference }) => fullName(reference)))].flatMap(name => {
    const imageCheck = byName.get(name)
    const replacement = images.get(name)?.replacement
    const replacing = replacement ? byName.get(fullName(replacement)) : undefined
    return imageCheck === undefined ? [] : imageCheck.result(replacing?.result(null) ?? null)
  })
}

type OpenCheck = [question: ImageQuestion, imageCheck: SingleImageCheck]

/** Tries the pods' logins first, so that credential helpers run only for registries that still need a login. */
async function askEverybody(asked: OpenCheck[], options: ImageCheckOptions): Promise<void> {
  const { podLogins, machineLogins, onProgress } = options
  const same = new UniqueLogins()
  let done = 0
  await Promise.all(
    asked.map(async ([{ pods }, imageCheck]) => {
      await imageCheck.askAsPods(pods, pod => {
        const logins = podLogins?.of(imageCheck.reference, pod) ?? []
        return logins.map(login => ({ ...login, credential: same.of(login.credential) }))
      })
      done += 1
      onProgress?.(done, asked.length)
    }),
  )
  const closed = asked
    .map(([, imageCheck]) => imageCheck)
    .filter(({ needsMachineLogin }) => needsMachineLogin)
  if (closed.length === 0) return
  const { credentials, problem } = await machineLogins(closed.map(({ reference }) => reference))
  await Promise.all(
    closed.map(imageCheck => {
      const login = loginFor(credentials, imageCheck.reference)
      return imageCheck.askAsMachine(login && same.of(login), problem)
    }),
  )
}

/** Merges the questions by image name, each with all the pods that use it, followed by the replacements. */
function merged(questions: ImageQuestion[]): Map<string, ImageQuestion> {
  const all = new Map<string, ImageQuestion>()
  const replacing = questions.flatMap(({ replacement, ...question }) =>
    replacement === null ? [] : { ...question, reference: replacement, replacement: null },
  )
  for (const question of [...questions, ...replacing]) {
    const name = fullName(question.reference)
    const known = all.get(name)
    const pods = [...(known?.pods ?? []), ...question.pods]
    all.set(name, {
      ...(known ?? question),
      pods: [...new Map(pods.map(pod => [JSON.stringify([pod.namespace, pod.pullSecrets]), pod])).values()],
      platforms: question.platforms || known?.platforms === true,
    })
  }
  return all
}

/** Decides for each image whether to ask about it, before anything is sent. */
function beginChecks(
  images: ReadonlyMap<string, ImageQuestion>,
  { registries, timeUp, maxImages = MAX_IMAGES }: ImageCheckOptions,
): Map<ImageQuestion, SingleImageCheck> {
  const queries = new RegistryQueries(registries, timeUp)
  let room = maxImages
  return new Map(
    [...images.values()].map(question => {
      const { reference } = question
      const place = hostToAsk(reference, registries)
      const reason = place.unasked ?? (room > 0 ? null : 'too-many')
      if (reason === null) room -= 1
      return [question, new SingleImageCheck(reference, place.host, queries, reason)]
    }),
  )
}

/** Returns the host to ask, or why it is skipped. The reference grammar allows hosts that no URL can have, such as with port 99999. */
function hostToAsk(
  { registry }: Reference,
  registries: Registries,
): { host: string; unasked: UnaskedReason | null } {
  try {
    const { host } = registries.of(registry)
    return { host, unasked: registries.isInternal(registry) ? 'internal-address' : null }
  } catch (error) {
    if (error instanceof UsageError) return { host: registry, unasked: 'no-host' }
    throw error
  }
}
