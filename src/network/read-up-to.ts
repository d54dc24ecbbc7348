/** Reads a stream whole, unless it is too long: no input that is meant is that long, and /dev/zero never ends. */

/** Returns null for a stream of more bytes, without reading the rest. */
export async function readUpTo(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
