/** `mirror --verify`: asks the mirror and its registries for the images that the cluster runs. */

import { UsageError } from '../../errors.ts'
import { findCredentials } from '../../keychain/find-credentials.ts'
import { rootOf } from '../../mirror/address.ts'
import type { MirrorTarget } from '../../mirror/setup.ts'
import { imagesToVerify, judgeMirror, needsKnownImage, type Verification } from '../../mirror/verification.ts'
import { Registries } from '../../registry/client.ts'
import { parseEndpoints } from '../../registry/endpoints.ts'
import type { UsedImage } from '../../snapshot/mirrors.ts'
import { askForKnownImage, checkMirror, knownImage } from '../../source/mirror-checks.ts'
import type { CommandContext } from '../context.ts'

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
  const { env, version, clock, signal } = context
  const registries = new Registries({
    endpoints: parseEndpoints(endpoints, env.PULLGUARD_REGISTRY_ENDPOINTS),
    env,
    userAgent: `pullguard/${version}`,
    clock,
    timeoutMs: LONGEST_REQUEST,
    signal,
    ...(target.authority !== null && {
      ownAuthority: { host: target.address.host, pem: target.authority },
    }),
  })
  const progress = await context.progress()
  progress.update('Asking the mirror')
  try {
    const { address } = target
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
async function loginFor(host: string, { env, home, clock, signal }: CommandContext) {
  try {
    const { credentials } = await findCredentials({
      env,
      home,
      platform: process.platform,
      wanted: [{ registry: host, repositories: [] }],
      onlyNamed: true,
      clock,
      signal,
    })
    return credentials[0] ?? null
  } catch (error) {
    if (error instanceof UsageError) return null
    throw error
  }
}
