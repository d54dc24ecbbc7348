/** `pullguard mirror --emit cache`: prints a pull-through cache to start with. Neither reads nor writes a cluster. */

import { UsageError } from '../errors.ts'
import { isDockerHub } from '../image/docker-hub.ts'
import { isLatest } from '../image/fixed-tag.ts'
import { parseReference } from '../image/reference.ts'
import { CACHE_IMAGES, type CacheProduct, cachesFor } from '../mirror/cache.ts'
import type { MirrorFormat } from '../report/formats.ts'
import { renderCaches, writtenCacheText } from '../report/views/mirror-cache.ts'
import type { CommandContext, ConnectionFlags, ExitName } from './context.ts'
import { registriesNamed } from './mirror/registries-named.ts'
import { writeText } from './mirror/write-files.ts'
import { invocationOf } from './shared-flags.ts'

export interface EmitCacheOptions {
  connection: ConnectionFlags
  product: CacheProduct
  /** Overrides the product's own image. */
  image?: string
  registries: string[]
  format: MirrorFormat
  output?: string
  overwrite: boolean
}

/** Prints the objects, or writes them to a file. @throws UsageError */
export async function emitCacheCommand(
  options: EmitCacheOptions,
  context: CommandContext,
): Promise<ExitName> {
  const { product, registries, format, output, overwrite } = options
  const image = options.image === undefined ? CACHE_IMAGES[product] : pinned(options.image)
  const caches = cachesFor(registriesNamed(registries), product, image)
  const invocation = invocationOf(context, options.connection)
  const text = renderCaches(caches, format, invocation)
  if (output === undefined) await context.out.write(text)
  else {
    const [written = ''] = await writeText(text, { path: output, overwrite, cwd: context.cwd })
    await context.err.write(writtenCacheText(written, invocation))
  }
  return 'ok'
}

/** Parses an image that names its version and is available when Docker Hub's limit is used up. */
function pinned(text: string): string {
  const reference = parseReference(text)
  if (reference === null) throw new UsageError(`--cache-image ${JSON.stringify(text)} is not an image name.`)
  if (isDockerHub(reference.registry)) {
    throw new UsageError(
      '--cache-image comes from Docker Hub, which the cache is to replace: name a copy in another registry.',
    )
  }
  if (isLatest(reference)) {
    throw new UsageError('--cache-image has no version: add a tag other than latest, or a digest.')
  }
  return text
}
