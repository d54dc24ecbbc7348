/** The downloaded content is damaged, or the node could not unpack or store it. */

import type { Clue, ClueOf } from '../clues/clue.ts'
import type { LazySnapshotter } from '../clues/clue-at-node.ts'
import { firstMatch } from '../text/first-match.ts'
import { ruleOf } from './cause-rule.ts'

const FILE_OPERATION =
  '(?:l?chown|l?chmod|mkdir(?:all)?|mknod|open(?:at)?|rename|unlink(?:at)?|remove|mount|l?stat|write|read(?:link)?|(?:sym)?link|fsync|lsetxattr|utimes?)'

/** The snapshotter, a separate process, does not answer: no registry was involved. */
export const SNAPSHOTTER_GONE =
  /\bsnapshot(?:ter)?\b.{0,400}\b(?:dial unix|while dialing|error reading from server|transport is closing)\b/is

export const snapshotterGone = ruleOf('corrupt-or-unpack', SNAPSHOTTER_GONE)

/** The runtime can't find an image that it listed or had just pulled (containers/storage; containerd; Docker, by its ID); the registry has it. */
export const storedImageGone = ruleOf(
  'corrupt-or-unpack',
  /\blocating image with id\b|\bdoes not resolve to an image id\b|\bimage not known\b/,
  /\bfailed to get image from containerd ‹name›: |\bfailed to resolve image ‹name›:? not found$/,
  /\bloading (?:primary|additional) layer stores?\b|\bloading ‹name›: (?:unexpected end of json|invalid character)/,
  /\bno such image: ‹name›$|\bunable to inspect image ‹name›$|\bfailed to (?:get|create) image (?:reference )?‹name›(?: from containerd image store)?: image ‹name›:? not found$/,
)

/** How the kernel refuses a mount, as containerd writes it with or without the mount's details (core/mount). */
const REFUSED =
  /(?:\bfailed to mount \S{1,300}|\berr): (no such device|invalid argument|operation not permitted|permission denied|operation not supported|function not implemented)\b/i

/** The clue that the kernel refused a mount of layers, with what the text shows of it. */
export function refusedMount(text: string): Clue[] {
  const error = REFUSED.exec(text)?.[1]
  if (error === undefined || !/\bmount\b/i.test(text)) return []
  const snapshotter = /\bio\.containerd\.snapshotter\.v1\.([\w-]{1,40})/.exec(text)?.[1] ?? null
  const fileSystem = /\bfstype: ([\w/.-]{1,60})/i.exec(text)?.[1] ?? null
  return [{ code: 'mount-refused', snapshotter, fileSystem, error: error.toLowerCase() }]
}

/** An attribute that can't be set: Docker names it before the file, and since 26 after it, as containerd does; containers/storage names the file only. */
const ATTRIBUTE =
  /\bl?setxattr (?:((?:user|security|trusted|system)\.[\w.-]{1,80}) \S{1,400}|\S{1,400}?(?:(?:: xattr| for key) \\*"([\w.-]{1,90})\\*")?): (operation not supported|no such file or directory|invalid argument)/i

const ATTRIBUTE_ERRORS = new Map<string, ClueOf<'file-attribute'>['error']>([
  ['operation not supported', 'unsupported'],
  ['no such file or directory', 'missing'],
  ['invalid argument', 'invalid'],
])

/** The clue that an extended attribute of a file could not be set. */
export function refusedAttribute(text: string): Clue[] {
  const [, before, after, why = ''] = ATTRIBUTE.exec(text) ?? []
  const error = ATTRIBUTE_ERRORS.get(why.toLowerCase())
  return error === undefined ? [] : [{ code: 'file-attribute', name: before ?? after ?? null, error }]
}

/**
 * A layer that fails again wherever it is unpacked by the same runtime: entries that don't fit together, of which Kaniko's are the best known
 * (GoogleContainerTools/kaniko#132, #942, #1059, #1151, #2308), or a header that it can't read. Files of the runtime's own store are not the layer's.
 */
export const FAULTY_LAYER = new RegExp(
  [
    String.raw`\binvalid tar header|\bunhandled tar header|\binvalid whiteout name|\bduplicates of file paths not supported`,
    String.raw`\bunlinkat \.\/{0,2}: device or resource busy|\bmknod\(\\*"[^"\\]{1,400}\\*", S_IFCHR, 0\): (?:no such file or|not a) directory`,
    String.raw`\b(?:failed to register layer: |processing tar file\((?:exit status \d+\): )?|applylayer .{0,40}stderr: )(?:mkdir|link|symlink|l?chmod|open(?:at)?|unlinkat|remove|lstat) (?![^:]{0,400}\/(?:overlay2?|layerdb|aufs|vfs|btrfs|zfs|devicemapper|docker)\/)[^:]{1,400}: (?:no such file or directory|file exists|not a directory|is a directory|directory not empty)`,
    String.raw`\bfailed to extract layer\b.{0,600}: (?:mkdir|mkparent|link|symlink|l?chmod|open(?:at)?|unlinkat|remove|lstat) [^:]{1,300}\/(?:tmpmounts\/containerd-mount\d+|snapshots\/\d+\/fs)\/[^:]{1,400}: (?:no such file or directory|file exists|not a directory|is a directory|directory not empty)`,
  ].join('|'),
  'i',
)

/** The words with which stargz and SOCI, which began as a copy of it, reject a layer (fs/layer, snapshot/snapshot.go). */
const UNMOUNTED =
  /\blayer \\*"\d+\\*" unavailable\b|failed to prepare extraction snapshot .{1,300}: unavailable\b/i
const LAZY: [LazySnapshotter, RegExp][] = [
  // Its parallel pull returns errors of its own (fs/fs.go).
  ['SOCI', /\bsoci\b|failed to (?:rebase layer|preload layers)|(?:image|layer) unpack job/i],
  ['stargz', /\bstargz\b/i],
  // The snapshotter runs, and its daemon for the image does not (containerd/nydus-snapshotter, pkg/filesystem).
  [
    'Nydus',
    /\bnydus\b|\bmissing CRI reference annotation\b|\bfailed to find image ref of snapshot\b|\bsnapshot \S{1,80} is not ready, err: /i,
  ],
  ['OverlayBD', /\boverlaybd\b|\bfailed to attach and mount for snapshot \d/i],
]

/** The clue that a snapshotter which loads layers lazily failed: its name is in the text, or its words are. */
export function lazySnapshotter(text: string): Clue[] {
  const name = firstMatch(text, LAZY)
  return name !== null || UNMOUNTED.test(text) ? [{ code: 'lazy-snapshotter', name }] : []
}

export const corruptOrUnpack = ruleOf(
  'corrupt-or-unpack',
  /\bfailed to (?:extract|register) layer\b|\bapplylayer exit status\b|\bunable to initialize unpacker\b|\bno unpack platforms\b|\bfailed to unpack\b|\bprepare extraction (?:layer|snapshot)\b|\bunpacking failed\b/,
  /\bfailed size validation\b|\bunexpected commit digest\b|\bcommit failed\b|\bfailed commit on ref\b/,
  /\bdigests?\b.{0,40}\b(?:mismatch|verification|(?:do|does|did|would) not match)\b|\bdiff ?ids?\b|\bverification failed for digest\b|\bdoes not match (?:the )?(?:expected |provided |selected )?(?:manifest )?digest\b/,
  // containers/storage, for a layer of zstd:chunked.
  /\bpartial pull of blob\b|\bpartially-pulled layer\b|\bblob size mismatch\b|\bpull image: signal: killed\b|\bconfig claims ‹name›/,
  /\blayer verification failed\b|\bmismatched image rootfs\b|\blayers from manifest don't match\b/,
  /\blayer (?:‹name› )?(?:does not exist|not known|not found|unavailable)|\bunknown layer\b/,
  /\binvalid tar header\b|\bprocessing tar\b|\bgzip: |\bflate: |\bzstd: |\bzlib: |\bbzip2 |\binvalid checksum\b|\bmagic number mismatch\b|\blocating item named\b/,
  /\bcontent (?:store|digest)\b|\bcontent ‹name›: not found\b|\bdatabase (?:not open|is locked|disk image)|\bmetadata\.db\b/,
  /\b(?:parent )?snapshot(?:ter)?s?\b(?! ‹name› is being).{0,80}\b(?:not (?:exist|found|loaded)|already exists|failed|invalid|locked|missing)/,
  /\bfailed to (?:find|get|stat|create|prepare|remove|commit) (?:parent |new |a )?(?:snapshot|lease|usage of snapshot)|\blease ‹name›: not found\b/,
  /\b(?:adding|applying|creating|committing|storing) (?:the )?(?:finished )?(?:layer|image|blob)\b|\bfailed to mount\b|\boverlay mount\b|\bmount callback failed\b/,
  /\binput\/output error\b|\bread-only file system\b|\bstructure needs cleaning\b|\bstale (?:nfs )?file handle\b|\bbad message\b/,
  /\binsufficient uids or gids\b|\bnot a directory\b|\bdevice or resource busy\b|\btoo many levels of symbolic links\b/,
  new RegExp(
    `\\b${FILE_OPERATION} ‹path›.{0,120}: (?:permission denied|operation not (?:permitted|supported)|invalid argument|no such file or directory|file exists|directory not empty|cross-device link)`,
  ),
  // Windows' file errors, from its layer calls (hcsshim) or from dockerd's re-exec.
  /\bre-exec error\b|\bfailed in win32\b|\baccess is denied\b(?! due)|\bthe system cannot find the (?:file|path) specified\b/,
  /\bthe process cannot access the file\b|\bthe specified module could not be found\b/,
  /\bmax depth exceeded\b/,
  // containerd's own records of content, and its plugins that unpack (core/metadata, plugins/transfer).
  /\bstatus for ref ‹name›: not found\b|\b(?:lease|bucket) (?:‹name› )?does not exist\b/,
  /\bno matching diff plugins\b|\bdiffer ‹name› not found\b|\bneeded differ not loaded\b/,
  // nydus: its daemon does not run, or has a record of the same number.
  /\bsnapshot \S{1,80} is not ready\b|\bobject with key ‹name› already exists\b/,
  // image-rs in a guest.
  /\bfailed to (?:handle|decode|decrypt) (?:the image )?layer\b|\bunpack destination ‹\w+› already exists\b/,
  /\bstream processor\b|\bdecrypt(?:layer|ion)\b/,
  /\bunexpected eof\b.{0,20}\bunknown\b|\bref ‹name› locked\b|\brecord image pull intent\b|\bunpigz\b|\bcould not verify layer data\b/,
)
