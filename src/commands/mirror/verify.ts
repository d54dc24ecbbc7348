/** `mirror --verify`: asks the mirror and its registries for the images that the cluster runs. */

import { UsageError } from '../../errors.ts'
import { rootOf } from '../../mirror/address.ts'
import type { MirrorTarget } from '../../mirror/setup.ts'
import { imagesToVerify, judgeMirror, needsKnownImage, type Verification } from '../../mirror/verification.ts'
import type { UsedImage } from '../../snapshot/mirrors.ts'
import { askForKnownImage, checkMirror, knownImage } from '../../source/mirror-checks.ts'
import type { CommandContext } from '../context.ts'
import { endpointsOf, openRegistries, readingLogins } from '../registries.ts'

/** The check proves the mirror's settings; it is not an inventory. */
const MAX_IMAGES = 20
/** Milliseconds: a cache has to ask its upstream first. */
const LONGEST_REQUEST = 15_000

/** @throws UsageError for a malformed endpoint; the signal's reason */
export async function verifyMirror(
  target: MirrorTarget,
  images: readonly UsedImage[],
  endpoints: string[],
  context: CommandContext,
): Promise<Verification> {
  const { address, authority } = target
  const own = authority === null ? undefined : { host: address.host, pem: authority }
  const registries = openRegistries(endpointsOf(endpoints, context), context, LONGEST_REQUEST, own)
  const progress = await context.progress()
  progress.update('Asking the mirror')
  try {
    const used = imagesToVerify(images, target.registries)
    // Without a single image in use, one that exists for certain shows whether the mirror works.
    const all = used.length > 0 ? used : target.registries.flatMap(registry => knownImage(registry) ?? [])
    const question = {
      registries,
      url: new URL(rootOf(address)),
      prefix: address.prefix,
      login: await loginFor(address.host, context),
    }
    const checks = await checkMirror(all.slice(0, MAX_IMAGES), question)
    const known = needsKnownImage(checks) ? await askForKnownImage(target.registries, question) : null
    return judgeMirror(checks, known, Math.max(0, all.length - MAX_IMAGES))
  } finally {
    progress.stop()
    await registries.close()
  }
}

/** This machine's login for the mirror itself. A login for the registry is never sent there. */
async function loginFor(host: string, context: CommandContext) {
  try {
    const [login = null] = await readingLogins([{ registry: host, repositories: [] }], context)
    return login
  } catch (error) {
    if (error instanceof UsageError) return null
    throw error
  }
}
