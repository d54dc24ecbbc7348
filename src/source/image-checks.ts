/** Asks registries for images, each once and by HEAD, which costs no pull: without a login, as the pods would, and with this machine's logins. */

import type { Credential } from '../dockerconfig/registry-credential.ts'
import { UsageError } from '../errors.ts'
import { fullName, type Reference } from '../image/reference.ts'
import type { Registries } from '../registry/client.ts'
import { loginFor } from '../registry/login-for.ts'
import type { ImageCheck, UnaskedReason } from '../snapshot/image-check.ts'
import { Inquiry } from './image-checks/inquiry.ts'
import { type PodLogins, type PullingPod, UniqueLogins } from './image-checks/pod-logins.ts'
import { RegistryQueries } from './image-checks/registry-queries.ts'

/** An image, and why it is of interest. */
export interface ImageQuestion {
  reference: Reference
  /** The pods that want it, which may have logins of their own for it. */
  pods: PullingPod[]
  /** Whether it matters for which platforms it was built. */
  platforms: boolean
  /** The image that is known to have taken its place; null if there is none. */
  replacement: Reference | null
}

/** Logins of this machine. */
export interface MachineLogins {
  credentials: Credential[]
  /** Why there may be more than these, in one clause; null where all places could be read. */
  problem: string | null
}

export interface ImageCheckOptions {
  registries: Registries
  /** null: no pull secret may be used, as those of a dump. */
  podLogins: PodLogins | null
  /** Called once, with the images that somebody did not get yet, if there are any. */
  machineLogins(images: Reference[]): Promise<MachineLogins>
  /** Nothing more is asked once it is aborted. */
  timeUp: AbortSignal
  onProgress?: (done: number, all: number) => void
}

/** Beyond these nothing is asked: a check is for the images in question, not an inventory. */
const MAX_IMAGES = 100

/** One check for each image, in the order of the questions. Trouble is data; rejects only when the registries' signal is aborted. */
export async function readImageChecks(
  questions: ImageQuestion[],
  options: ImageCheckOptions,
): Promise<ImageCheck[]> {
  const images = merged(questions)
  const inquiries = begin(images, options)
  const open = [...inquiries].filter(([, { isAllowed }]) => isAllowed)
  await askEverybody(open, options)
  await Promise.all(open.map(([{ platforms }, inquiry]) => inquiry.conclude(platforms)))
  const byName = new Map([...inquiries].map(([{ reference }, inquiry]) => [fullName(reference), inquiry]))
  return [...new Set(questions.map(({ reference }) => fullName(reference)))].flatMap(name => {
    const inquiry = byName.get(name)
    const replacement = images.get(name)?.replacement
    const replacing = replacement ? byName.get(fullName(replacement)) : undefined
    return inquiry === undefined ? [] : inquiry.result(replacing?.result(null) ?? null)
  })
}

type Asked = [question: ImageQuestion, inquiry: Inquiry]

/** First those whose answers tell whether a login is wanted at all: then credential helpers run for the others' registries only. */
async function askEverybody(asked: Asked[], options: ImageCheckOptions): Promise<void> {
  const { podLogins, machineLogins, onProgress } = options
  const same = new UniqueLogins()
  let done = 0
  await Promise.all(
    asked.map(async ([{ pods }, inquiry]) => {
      await inquiry.askAsPods(pods, pod => {
        const logins = podLogins?.of(inquiry.reference, pod) ?? []
        return logins.map(login => ({ ...login, credential: same.of(login.credential) }))
      })
      done += 1
      onProgress?.(done, asked.length)
    }),
  )
  const closed = asked.map(([, inquiry]) => inquiry).filter(({ needsMachineLogin }) => needsMachineLogin)
  if (closed.length === 0) return
  const { credentials, problem } = await machineLogins(closed.map(({ reference }) => reference))
  await Promise.all(
    closed.map(inquiry => {
      const login = loginFor(credentials, inquiry.reference)
      return inquiry.askAsMachine(login && same.of(login), problem)
    }),
  )
}

/** Each image once, by name, with all the pods that want it; the replacements behind them. */
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

/** What keeps an image from being asked for is known before anything is sent. */
function begin(
  images: ReadonlyMap<string, ImageQuestion>,
  { registries, timeUp }: ImageCheckOptions,
): Map<ImageQuestion, Inquiry> {
  const queries = new RegistryQueries(registries, timeUp)
  let room = MAX_IMAGES
  return new Map(
    [...images.values()].map(question => {
      const { reference } = question
      const place = placeOf(reference, registries)
      const reason = place.unasked ?? (room > 0 ? null : 'too-many')
      if (reason === null) room -= 1
      return [question, new Inquiry(reference, place.host, queries, reason)]
    }),
  )
}

/** The host to ask, or why it is not to be asked: the grammar allows hosts that no URL can hold, such as one with port 99999. */
function placeOf(
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
