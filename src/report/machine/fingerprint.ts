/** A short name for a text that stays the same from run to run: CI systems match findings by it. Not for security. */

const OFFSET = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n
const encoder = new TextEncoder()

/** 64-bit FNV-1a of the parts, 16 hexadecimal digits. The parts are kept apart, so that `a, bc` is not `ab, c`. */
export function fingerprint(parts: (string | null)[]): string {
  let hash = OFFSET
  for (const byte of encoder.encode(JSON.stringify(parts)))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
  return hash.toString(16).padStart(16, '0')
}
