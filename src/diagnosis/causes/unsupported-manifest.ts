/** The registry has something under this name that the runtime can't read as an image: schema 1, an unknown media type, an artifact. */

import { type CauseRule, matchesAny } from './cause-rule.ts'

const PATTERNS = [
  /\bno longer supported since containerd\b/,
  /\b(?:unsupported|unimplemented|unexpected|unknown|invalid|unrecognized|unhandled) (?:\w+ ){0,3}(?:media|mime) ?type\b/,
  /\bmedia ?type ‹name› (?:is )?(?:not supported|unsupported|no longer supported)\b/,
  // Docker: only the media type and these words.
  /(?:^|: )‹name› not supported$/,
  /\bmedia ?type in manifest\b|\bmediatype in manifest should be\b/,
  /\bunsupported (?:image )?manifest\b|\bmanifest (?:format|type|schema|version) .{0,40}(?:not supported|unsupported)/,
  /\bunsupported image-specific operation on artifact\b|\bunsupported (?:schema|config|image (?:type|format)|docker v1)\b|\bunsupported image\b/,
  /\bschema ?(?:version )?1\b|\bschemaversion\b.{0,40}\b(?:not supported|unsupported|deprecated)\b/,
  // containerd strips schema 1's signatures before it converts the manifest, and refuses manifests of several megabytes.
  /(?:^|^ctr: |\bfailed to pull and unpack image ‹name›: )no signatures$|\brejecting \d+ byte manifest\b/,
  // A blob whose digest is right, and which is not what its place in the image says.
  /\bexpected (?:manifest|index) but found (?:manifest|index)\b|\bunmarshal image config\b/,
  /\bmanifest[_ ]invalid\b|\binvalid manifest\b(?! checksum| type)|\bmissing signature key\b/,
  /\bimage type ‹name› is not supported\b|\bis not an? (?:container |oci )?image\b|\bnot a runnable image\b|\binvalid rootfs in image configuration\b/,
  /\bencountered remote ‹name›\((?:unknown|plugin|not an image)|\bencountered unknown type ‹name›/,
  // What the registry delivered has the announced digest, and is not an image's JSON.
  /\b(?:parsing image configuration|initializing image from source ‹\w+›): (?:json: |invalid character |unexpected end of json)/,
  /\brejecting ambiguous manifest\b|\binvalid mixed oci image\b|\bai models are not (?:yet )?supported\b|\bnot container images\b/,
  /\bdigest of source image's manifest would not match\b/,
  // containers/image, of CRI-O's store of artifacts (cri-o/cri-o#9135).
  /\bpushing signatures for oci images is not supported\b/,
  // distribution, to a client that does not ask for what it has.
  /\baccept header does not support\b|\bmanifest not supported by client\b/,
  /\b(?:invalid|unsupported|unexpected) (?:config )?(?:blob|artifact) type\b|\bconfig type ‹name›/,
]

/** A web page that came for a tag, where nothing is known of the image (containers/image). */
const PAGE_FOR_TAG = /\binitializing image from source \S{1,400}: invalid character '<'/i
/** Docker's own type for layers of zstd, which BuildKit once wrote, and which containerd knows from 2.0 on (containerd/containerd#9859). */
const DOCKER_ZSTD = /\bvnd\.docker\.image\.rootfs\.diff\.tar\.zstd\b/

export const unsupportedManifest: CauseRule<'unsupported-manifest'> = {
  cause: 'unsupported-manifest',
  matches: ({ masked, text, status }) =>
    status === 406 || DOCKER_ZSTD.test(text) || (matchesAny(masked, PATTERNS) && !PAGE_FOR_TAG.test(text)),
}
