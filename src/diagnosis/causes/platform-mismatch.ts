/** The image is not built for the node's operating system or CPU. */

import { type CauseRule, ruleOf } from './cause-rule.ts'

/**
 * Windows about the first layer of an image that has no folder Files, as a layer of Linux has none: a registry that offers one platform only is
 * not asked which (microsoft/hcsshim#2226; docker-archive-public/docker.kitematic#4850, ColinIanKing/stress-ng#389). Matched with its names: in
 * containerd's folder root, the path has what looks like an escaped line break.
 */
export const NO_BASE_LAYER = /\bProcessBaseLayer .{1,400}: The system cannot find the path specified\b/is

const byWords = ruleOf(
  'platform-mismatch',
  /\bno match for platform\b|\bno supported platform found\b|\bno matching manifest\b|\bdescriptor matching platform\b/,
  /\bno image found in (?:image index|manifest list|manifest)\b/,
  /\bexec format error\b|\bimage might be filtered out\b|\bsnapshotter \S{1,60} does not support platform\b/,
  /\bplatform\b.{0,40}\bdoes not match\b|\bdoes not (?:match|provide) the (?:specified|expected|requested) platform\b/,
  /\bdoes not match the (?:host operating system|operating system of the host)\b|\b0xc0370101\b/,
  /\bcannot be used on this platform\b|\bcannot download image with operating system\b|\boperating system is not supported\b/,
  /-?\bbased image is incompatible with\b|\bimage is incompatible with\b/,
  /\bno (?:suitable|matching) (?:image|child|platform)\b|\bno child with platform\b/,
  // Azure Container Instances.
  /\bsupport specified os\b|\bos version of image (?:‹\w+› )?is not supported\b/,
  /\b(?:architecture|platform|operating system) (?:‹name› )?(?:is )?(?:not supported|unsupported|mismatch)/,
)

export const platformMismatch: CauseRule<'platform-mismatch'> = {
  cause: 'platform-mismatch',
  matches: error => NO_BASE_LAYER.test(error.text) || byWords.matches(error),
}
