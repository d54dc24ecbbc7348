/** Patterns for the clues in the words of an error text and in an image's name. */

import type { Clue } from './clues.ts'

/** Each with the words that give it away; the image's own names are no words. */
export const TEXT_CLUES: [Clue, RegExp][] = [
  [
    { code: 'web-page' },
    /text\/html|invalid character '?\\*u?003c|invalid character '<'|<!?(?:doctype|html)\b|&lt;html|\\u003chtml/i,
  ],
  [
    { code: 'endpoint-scheme' },
    /unsupported protocol scheme|missing protocol scheme|https?:\/\/https?:?\/\//i,
  ],
  [{ code: 'short-name' }, /short[- ]name|unqualified-search/i],
  [{ code: 'expired' }, /token has expired|reauthenticate|expired token|token is expired|jwt expired/i],
  [
    { code: 'credential-provider' },
    /credential provider|error getting credentials|docker-credential-|ecr-credential|exec: "?[\w/-]*credential/i,
  ],
  [
    { code: 'certificate', problem: 'unknown-authority' },
    /unknown authority|self[- ]signed|unable to get local issuer|unknown certificate authority|not trusted/i,
  ],
  [
    { code: 'certificate', problem: 'expired' },
    /certificate has expired|not yet valid|certificate is expired/i,
  ],
  [
    { code: 'certificate', problem: 'wrong-name' },
    /certificate is (?:valid for|not valid for)|cannot validate certificate for/i,
  ],
  [{ code: 'certificate', problem: 'client' }, /certificate required|bad certificate|client certificate/i],
  [
    { code: 'certificate', problem: 'no-alternative-name' },
    /legacy common name|doesn't contain any ip sans|not valid for any names/i,
  ],
  [
    { code: 'certificate', problem: 'legacy' },
    /insecure signature|protocol version not supported|handshake failure/i,
  ],
  [
    { code: 'file-system' },
    /whiteout.{0,200}(?:not supported|not permitted)|lchown.{0,120}(?:operation not permitted|invalid argument)|cross-device link|stale (?:nfs )?file handle/i,
  ],
  [
    { code: 'partial-layer' },
    /failed size validation|unexpected commit digest|short read|unexpected eof|content digest mismatch|filesystem layer verification failed/i,
  ],
  [{ code: 'source-blocked' }, /is blocked in \S*registries\.conf/i],
  [
    { code: 'layer-type' },
    /no processor for media-?type|stream processor for|nydus|unsupported layer media|encrypted layer/i,
  ],
  [
    { code: 'layer-format' },
    /invalid tar header|unsupported (?:layer|compression)|unknown compression|magic number mismatch/i,
  ],
  [{ code: 'damaged-store' }, /image not known|does not resolve to an image id|layer not known/i],
  [{ code: 'schema1' }, /schema ?(?:version )?1\b|manifest\.v1\+prettyjws|docker v1/i],
  [
    { code: 'artifact' },
    /vnd\.cncf\.helm|application\/vnd\.wasm|(?<!image or )oci artifact|not a (?:container )?image|artifact type|unknown config media|empty\.v1\+json/i,
  ],
  [{ code: 'storage-quota' }, /quota has been exceeded on namespace|storage quota|insufficient storage/i],
  [
    { code: 'vulnerabilities' },
    /vulnerabilit|\bcve-\d|\bxray\b|severity (?:of|level)|scann(?:ed|ing)|quarantine/i,
  ],
  [
    { code: 'suspended' },
    /suspended|payment required|billing|subscription|has been disabled|account is (?:locked|disabled)/i,
  ],
  [
    { code: 'region' },
    /export control|not available in your (?:country|region|location)|embargo|sanction|legal reasons|your location/i,
  ],
  [
    { code: 'token-scope' },
    /read_registry|read:packages|read_package|token scope|required scopes|insufficient scope/i,
  ],
]

/** What stands in the name where a value belongs: variables, template braces, angle brackets, or a word that says so. */
const UNFILLED =
  /\$\{?\w|\$\(|\{\{|\}\}|\{\w+\}|<[^>]*>|\b(?:REPLACE|CHANGE)[-_]?(?:ME|THIS)?\b|\bYOUR[-_]\w+|\b(?:IMAGE|TAG|VERSION|REGISTRY)_(?:NAME|TAG|PLACEHOLDER|HERE)\b|%[A-Z_]+%|__[A-Z_]+__|@[A-Z_]+@/
const NUMBER = /\d(?:\.\d+)?e\+\d+/i

/** The clues in an image's name, as it stands in the pod. */
export function nameClues(image: string): Clue[] {
  const clues: Clue[] = []
  if (NUMBER.test(image)) clues.push({ code: 'unquoted-number' })
  if (/^auto(?::latest)?$/.test(image)) clues.push({ code: 'placeholder', of: 'istio' })
  else if (
    UNFILLED.test(image) ||
    /^(?:controller|image|placeholder|todo|undefined|null|none|nil)(?::\w*)?$/i.test(image)
  )
    clues.push({ code: 'placeholder', of: 'template' })
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(image)) clues.push({ code: 'reference-scheme' })
  return clues
}
