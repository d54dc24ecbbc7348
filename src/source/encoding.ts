/** Converts what editors and shells write to UTF-8. */

import { TextDecoder } from 'node:util'

/** Yields the text as UTF-8 without a byte order mark. Editors and shells also write UTF-16, such as PowerShell's `>`. */
export async function* toUtf8(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let decoder: TextDecoder | null | undefined
  let head: Uint8Array = new Uint8Array()
  for await (const chunk of bytes) {
    let next = chunk
    if (decoder === undefined) {
      head = Buffer.concat([head, chunk])
      if (head.length < MARK_LENGTH) continue
      decoder = decoderFor(head)
      next = decoder === null ? withoutMark(head) : head
    }
    yield decoder === null ? next : Buffer.from(decoder.decode(next, { stream: true }))
  }
  if (decoder === undefined) yield head
  else if (decoder !== null) yield Buffer.from(decoder.decode())
}

const MARK_LENGTH = 3

/** Returns null for UTF-8. Without a mark, JSON and YAML in UTF-16 begin with an ASCII character and so with one zero byte (RFC 4627). */
function decoderFor([first, second]: Uint8Array): TextDecoder | null {
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return new TextDecoder('utf-16le')
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return new TextDecoder('utf-16be')
  return null
}

function withoutMark(head: Uint8Array): Uint8Array {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(MARK_LENGTH) : head
}
