/** `pullguard image`: how Kubernetes reads references. */

import { UsageError } from '../errors.ts'
import { describeImage } from '../image/describe.ts'
import { type DataFormat, renderImages } from '../report/images.ts'
import type { CommandContext, ExitName } from './context.ts'
import { invocationOf } from './invocation.ts'

export interface ImageOptions {
  references: string[]
  format: DataFormat
}

/**
 * Reads references from the arguments, or for `-` from stdin, one a line. An invalid one is a finding, and so is a comment: nothing that a
 * list holds is passed over but its empty lines.
 * @throws UsageError
 */
export async function imageCommand(options: ImageOptions, context: CommandContext): Promise<ExitName> {
  const references: string[] = []
  for (const reference of options.references) {
    references.push(...(reference === '-' ? await linesOf(context.stdin) : [reference]))
  }
  if (references.length === 0)
    throw new UsageError('No reference came on standard input: give one a line, such as nginx:1.27.')
  const images = references.map(describeImage)
  await context.out.write(
    renderImages(images, {
      format: options.format,
      width: context.out.width,
      colour: context.out.colour,
      terminal: context.out.isTerminal,
      invocation: invocationOf(context, {}),
    }),
  )
  return images.every(image => image.valid) ? 'ok' : 'findings'
}

async function linesOf(stream: AsyncIterable<Uint8Array>): Promise<string[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  // White space around a name, a byte order mark among it, is the list's and not the name's.
  const lines = Buffer.concat(chunks).toString('utf8').split('\n')
  return lines.map(line => line.trim()).filter(line => line !== '')
}
