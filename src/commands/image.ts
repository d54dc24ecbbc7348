/** `pullguard image`: how Kubernetes reads references. */

import { UsageError } from '../errors.ts'
import { describeImage, type ImageReading } from '../image/describe.ts'
import { readUpTo } from '../network/read-up-to.ts'
import type { DataFormat } from '../report/formats.ts'
import { type CheckedReading, renderImages } from '../report/views/images.ts'
import { checkFor, isAbsent, isPullable } from '../snapshot/image-verdict.ts'
import type { ImageCheckFlags } from './check-images.ts'
import type { CommandContext, ExitName } from './context.ts'
import { formatFor, invocationOf, screenOf } from './shared-flags.ts'

interface ImageOptions {
  references: string[]
  /** Ask registries about the references. */
  checkImages?: ImageCheckFlags
  format: DataFormat
  /** Whether -o was given; otherwise, the format depends on where output goes. */
  formatGiven: boolean
}

/**
 * Reads references from the arguments or, for `-`, from stdin, one per line. Skips only empty lines: an invalid reference or a comment is a
 * finding.
 * @throws UsageError
 */
export async function imageCommand(options: ImageOptions, context: CommandContext): Promise<ExitName> {
  const references: string[] = []
  for (const reference of options.references) {
    const named = reference === '-' ? await linesOf(context.stdin) : [reference]
    for (const each of named) references.push(each)
  }
  if (references.length === 0)
    throw new UsageError('Standard input is empty: give one reference per line, such as nginx:1.27.')
  const images = await withChecks(references.map(describeImage), options, context)
  await context.out.write(
    renderImages(images, {
      format: formatFor(options, context),
      ...screenOf(context.out),
      invocation: invocationOf(context, {}),
    }),
  )
  return exitOf(images)
}

/** `findings` for an invalid name or an image that is not there, or else `incomplete` if it is unknown whether one is there. */
function exitOf(images: readonly CheckedReading[]): ExitName {
  if (images.some(({ valid, check }) => !valid || (check !== null && isAbsent(check.verdict))))
    return 'findings'
  return images.every(({ check }) => check === null || isPullable(check.verdict)) ? 'ok' : 'incomplete'
}

/** Adds the registries' answers to the readings; invalid references get none. */
async function withChecks(
  readings: ImageReading[],
  { checkImages }: ImageOptions,
  context: CommandContext,
): Promise<CheckedReading[]> {
  if (checkImages === undefined) return readings.map(reading => ({ ...reading, check: null }))
  const { ImageCheckRun } = await import('./check-images.ts')
  const names = readings.map(({ input }) => input)
  const checks = await new ImageCheckRun(checkImages, context).checkEach(
    names.map(image => ({ image, pod: null })),
  )
  return readings.map(reading => ({ ...reading, check: checkFor(reading.reference, checks, null) }))
}

/** No list of references is that long. */
const MAX_LIST_BYTES = 32 * 1024 * 1024

/** @throws UsageError for an endless stream, or one that is no list of references */
async function linesOf(stream: AsyncIterable<Uint8Array>): Promise<string[]> {
  const bytes = await readUpTo(stream, MAX_LIST_BYTES)
  if (bytes === null)
    throw new UsageError('Standard input is larger than 32 MiB: give one reference per line.')
  // White space around a reference, including a byte order mark, is not part of the reference.
  const lines = bytes.toString('utf8').split('\n')
  return lines.map(line => line.trim()).filter(line => line !== '')
}
