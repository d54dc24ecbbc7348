/** The image is not built for the node's operating system or CPU. */

import { ruleOf } from './cause-rule.ts'

export const platformMismatch = ruleOf(
  'platform-mismatch',
  /\bno match for platform\b|\bno supported platform found\b|\bno matching manifest\b|\bdescriptor matching platform\b/,
  /\bno image found in (?:image index|manifest list|manifest)\b/,
  /\bexec format error\b|\bimage might be filtered out\b|\bsnapshotter \S{1,60} does not support platform\b/,
  /\bplatform\b.{0,40}\bdoes not match\b|\bdoes not (?:match|provide) the (?:specified|expected|requested) platform\b/,
  /\bdoes not match the host operating system\b/,
  /\bcannot be used on this platform\b|\bcannot download image with operating system\b|\boperating system is not supported\b/,
  /-?\bbased image is incompatible with\b|\bimage is incompatible with\b/,
  /\bno (?:suitable|matching) (?:image|child|platform)\b|\bno child with platform\b/,
  // Azure Container Instances.
  /\bsupport specified os\b|\bos version of image (?:‹\w+› )?is not supported\b/,
  /\b(?:architecture|platform|operating system) (?:‹name› )?(?:is )?(?:not supported|unsupported|mismatch)/,
)
