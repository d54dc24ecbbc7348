/** What was downloaded is damaged, or the node could not unpack or store it. */

import { ruleOf } from './cause-rule.ts'

const FILE_OPERATION =
  '(?:l?chown|l?chmod|mkdir(?:all)?|mknod|open|rename|unlink(?:at)?|remove|mount|l?stat|write|read|(?:sym)?link|link|fsync|lsetxattr|utimes?)'

export const corruptOrUnpack = ruleOf(
  'corrupt-or-unpack',
  /\bfailed to (?:extract|register) layer\b|\bfailed to unpack\b|\bprepare extraction snapshot\b|\bunpacking failed\b/,
  /\bfailed size validation\b|\bunexpected commit digest\b|\bcommit failed\b|\bfailed commit on ref\b/,
  /\bdigests? (?:mismatch|did not match|do(?:es)? not match|verification)|\bverification failed for digest\b|\bdoes not match (?:the )?(?:expected )?digest\b/,
  /\blayer verification failed\b|\bmismatched image rootfs\b|\blayers from manifest don't match\b/,
  /\blayer (?:‹name› )?(?:does not exist|not known|not found|unavailable)|\bunknown layer\b/,
  /\binvalid tar header\b|\bprocessing tar\b|\bgzip: |\bflate: |\bzstd: |\bzlib: |\bbzip2 |\binvalid checksum\b|\bmagic number mismatch\b/,
  /\bcontent (?:store|digest)\b|\bcontent ‹name›: not found\b|\bdatabase (?:not open|is locked|disk image)|\bmetadata\.db\b/,
  /\b(?:parent )?snapshot(?:ter)?s?\b(?! ‹name› is being).{0,80}\b(?:not (?:exist|found|loaded)|already exists|failed|invalid|locked|missing)/,
  /\bfailed to (?:find|get|stat|create|prepare|remove|commit) (?:parent |new |a )?(?:snapshot|lease|usage of snapshot)|\blease ‹name›: not found\b/,
  /\b(?:adding|applying|creating|committing|storing) (?:the )?(?:finished )?(?:layer|image|blob)\b|\bfailed to mount\b|\bmount callback failed\b/,
  /\binput\/output error\b|\bread-only file system\b|\bstructure needs cleaning\b|\bstale (?:nfs )?file handle\b|\bbad message\b/,
  /\binsufficient uids or gids\b|\bnot a directory\b|\bdevice or resource busy\b|\btoo many levels of symbolic links\b/,
  new RegExp(
    `\\b${FILE_OPERATION} ‹path›.{0,120}: (?:permission denied|operation not permitted|invalid argument|no such file or directory|file exists|directory not empty|cross-device link)`,
  ),
  /\bunexpected eof\b.{0,20}\bunknown\b|\blocked for .{0,80}\bunavailable\b|\brecord image pull intent\b|\bunpigz\b/,
)
