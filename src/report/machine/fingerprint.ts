/** Hashes a text into a short name that is stable across runs, by which CI systems match findings. Not for security. */

/** FNV-1a's offset basis in two halves of 32 bits, and its prime without the bit at 2^40. */
const OFFSET_HIGH = 0xcbf29ce4
const OFFSET_LOW = 0x84222325
const PRIME_LOW = 0x1b3
const WORD = 2 ** 32
const encoder = new TextEncoder()

/** Returns the parts' 64-bit FNV-1a hash as 16 hexadecimal digits. Parts are delimited, so that `a, bc` differs from `ab, c`. */
export function fingerprint(parts: (string | null)[]): string {
  let high = OFFSET_HIGH
  let low = OFFSET_LOW
  // BigInt would take ten times as long. No product here exceeds 2^42, so all are exact.
  for (const byte of encoder.encode(JSON.stringify(parts))) {
    const mixed = (low ^ byte) >>> 0
    const product = mixed * PRIME_LOW
    high = (high * PRIME_LOW + Math.floor(product / WORD) + (mixed << 8)) >>> 0
    low = product >>> 0
  }
  return [high, low].map(half => half.toString(16).padStart(8, '0')).join('')
}
