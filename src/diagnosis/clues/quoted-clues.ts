/** The clues that quote something from an error text: an address, an account, a policy, a signer, a size, a folder. */

import { isLocal, isPrivateAddress } from '../../image/host.ts'
import { DOWNLOADING } from '../text/download-host.ts'
import type { Endpoint } from '../text/endpoint.ts'
import { misresolvedTo } from '../text/misresolved.ts'
import { type AwsPolicy, type Clue, cluesWith } from './clue.ts'
import type { MissingTool } from './clue-at-node.ts'

/** Patterns that quote one thing, and the clue that each makes of its match. */
const QUOTES: readonly [RegExp, (match: RegExpExecArray) => Clue][] = [
  [
    /(?:client (?:with )?ip|ip address|address|ip)[ :'"“`]{1,6}((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})['"”`]? (?:is not|is blocked|not|has been|was)/i,
    ([, address = '']) => ({ code: 'caller-address', address }),
  ],
  // AWS ends its errors with the policy that decided (IAM, "Troubleshoot access denied error messages").
  [
    /\b(?:with an (explicit deny)(?: in an? ([\w-]+(?: [\w-]+)?) policy| in a (permissions boundary))?|because no ([\w-]+(?: [\w-]+)?) policy allows|because no (permissions boundary) allows)/i,
    awsPolicy,
  ],
  [
    // Without quotes in releases of containers/image before 5.26 (signature/fulcio_cert.go).
    /required (?:e-?mail|identity|subject|signer|key)[ :]{1,3}(?:\\*["'“]([^"'”\\]{1,200})["'”\\]{0,4}|([^"'”\\]{1,200}?)(?= not found\b|["'”\\]|$))(?: not found \(got (?:\[\]string\{|\[)\\*"([^"\\]{1,200}))?/i,
    ([, quoted, bare, actual]) => ({
      code: 'signer',
      demanded: quoted ?? bare ?? '',
      actual: actual ?? null,
    }),
  ],
  // Go's crypto/x509 lists all names of a certificate; a long list says little.
  [
    /certificate is valid for ([^\s"'`,]{1,120}(?:, [^\s"'`,]{1,120}){0,5}), not /i,
    ([, names = '']) => ({ code: 'certificate-for', names }),
  ],
  // distribution's NAME_INVALID, and ECR's words.
  [
    /\bname_invalid\\*",\s?\\*"message\\*":\s?\\*"([^"\\]{1,300})|\b(name[_ ]invalid\b(?!: requested repository does not match bearer token)[^"]{0,300}|invalid parameter at .{1,60} failed to satisfy constraint.{0,300})/is,
    ([, message, words = '']) => ({
      code: 'rejected-name',
      reason: (message ?? words).replace(/[\s"'.]+$/, ''),
    }),
  ],
  [/windows version (\d+\.\d+\.\d+)-based image/i, ([, build = '']) => ({ code: 'windows-build', build })],
  [/\brate limit as \\*'([\w.-]{1,100})\\*'/i, ([, name = '']) => ({ code: 'limited-account', name })],
  // A token is asked for at the address in the registry's challenge (sonatype/nexus-public#565).
  [
    /\b(?:get|post) \\*"([^\s"?\\]{1,300})\?[^\s"\\]{0,600}\b(?:scope|service|account)=[^\s"\\]{0,600}\\*": unsupported protocol scheme/i,
    ([, realm = '']) => ({ code: 'realm-scheme', realm }),
  ],
  // containers/image, of its own login file.
  [
    /\bgetting username and password: .{0,200}?(?:reading json file|unmarshaling json at) \\*["'“]?(\/[^\s"'”\\:]{1,200})/is,
    ([, path = '']) => ({ code: 'node-login-file', path }),
  ],
  // CRI-O, for the policy of a namespace.
  [
    /\bread policy path (\/[^\s":]{1,300})/i,
    ([, path = '']) => ({ code: 'policy-file', path, missing: false }),
  ],
  [
    // Go writes an IPv6 address before a port in brackets.
    /\blookup \S+ on (?:\[([0-9a-f.:]+(?:%[\w.-]{1,20})?)\]|([0-9.]+)):53\b(?:: (?:read|write|dial) (?:udp|tcp) \S{1,120}: (?:read|write|connect): (?:(connection refused)|(network is unreachable)|(no route to host|host is unreachable)))?/i,
    ([, six, four = '', refused, network, host]) => ({
      code: 'dns-server',
      server: six ?? four,
      unreached: refused ? 'refused' : network ? 'network' : host ? 'host' : null,
    }),
  ],
  // containers/image, signature/policy_config.go: a policy that does not parse, and a file that can't be read.
  [
    /\binvalid policy in \\*"?(\/[^\s"\\]{1,300})/i,
    ([, path = '']) => ({ code: 'policy-file', path, missing: false }),
  ],
  [
    /\bopen (\/[^\s":]{0,300}\bpolicy\.json): (no such file)?/i,
    ([, path = '', missing]) => ({ code: 'policy-file', path, missing: missing !== undefined }),
  ],
  [
    /\bno policy\.json file found/i,
    () => ({ code: 'policy-file', path: '/etc/containers/policy.json', missing: true }),
  ],
  // containers/image, of its main file and of drop-ins; containerd, of one that it can't open.
  [
    /\bloading (?:drop-in )?registries configuration \\*"(\/[^\s"\\]{1,300})|\bopen (\/[^\s":]{1,300}\/hosts\.toml): /i,
    ([, registries, hosts = '']) => ({ code: 'settings-file', path: registries ?? hosts }),
  ],
  // containerd (core/remotes/docker/config/hosts.go; its CRI plugin before certs.d), containers/image, and Docker, whose error may name no file before open(2)'s.
  [
    /\b(?:unable to read (?:ca cert|cert file)|failed to load (?:ca|cert) file|could not read ca cert\w*)\b.{0,310}\bopen (\/[^\s":]{1,300}): (?:(no such file)|permission denied)/i,
    ([, path = '', missing]) => ({ code: 'named-file', path, problem: missing ? 'missing' : 'denied' }),
  ],
  [
    /\bunable to load ca cert \\*"(\/[^\s"\\]{1,300})/i,
    ([, path = '']) => ({ code: 'named-file', path, problem: 'content' }),
  ],
  // What arrived, as containerd and containers/image write it: its size before or after what was announced, or the digest of no data at all.
  [
    /\b(?:failed size validation: |unexpected commit size )(\d+)(?: != |, expected )(\d+)/i,
    ([, bytes, of]) => ({ code: 'arrived', bytes: Number(bytes), of: Number(of) }),
  ],
  // containerd (plugins/content/local/writer.go) compares the size before the digest, so this is not the digest of an empty answer.
  [
    /\bunexpected commit digest(?: (sha256:e3b0c442)?[^\s,]{0,140}, expected (sha\d{3}:[0-9a-f]{64,128})| (sha256:e3b0c442))?/i,
    ([, unread, digest = null, cut]) => ({
      code: 'kept-download',
      digest,
      unread: (unread ?? cut) !== undefined,
    }),
  ],
  [
    /\bfailed commit on ref \\*"[\w-]{1,40}-(sha\d{3}:[0-9a-f]{64,128})\\*": .{0,200}?(?:failed size validation|unexpected commit size)/i,
    ([, digest = null]) => ({ code: 'kept-download', digest, unread: false }),
  ],
  [
    /\b(?:unexpected digest:? |digest did not match, expected sha256:\w{64}, got )sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\b/i,
    () => ({ code: 'arrived', bytes: 0, of: null }),
  ],
  // containerd, pkg/imageverifier/bindir.
  [
    /\bfor reason: verifier ([\w.-]{1,80}) rejected image\b/i,
    ([, name = '']) => ({ code: 'verifier', name }),
  ],
  // distribution and moby, which compare a manifest with the Content-Type that it came with.
  [
    /\bmediaType in manifest(?: list)? should be '(application\/vnd\.(?:oci\.image|docker\.distribution)\.[\w.+]{1,40})' not '(application\/vnd\.(?:oci\.image|docker\.distribution)\.[\w.+]{1,40})'/i,
    ([, as = '', is = '']) => ({ code: 'mislabeled', as, is }),
  ],
  // Go's crypto/tls, with the number of the version on the wire.
  [
    /\btls: server selected unsupported protocol version 30([123])\b/i,
    ([, minor]) => ({ code: 'tls-version', chosen: minor === '3' ? '1.2' : minor === '2' ? '1.1' : '1.0' }),
  ],
  // Talos, of its machine configuration (siderolabs/talos#10450).
  [
    /\btls config specified for non-https registry: "([^"\s]{1,255})"/i,
    ([, host = '']) => ({ code: 'tls-for-http', host }),
  ],
  [
    /\bno (resolve|pull) hosts\b/i,
    ([, able]) => ({ code: 'no-host', able: able === 'resolve' ? 'resolve' : 'pull' }),
  ],
  // moby/moby, daemon/server/middleware/version.go (docker/for-win#14997).
  [
    /\bclient version (\d\.\d{1,3}) is too old\. Minimum supported API version is (\d\.\d{1,3})\b/i,
    ([, client = '', minimum = '']) => ({ code: 'docker-api', client, minimum }),
  ],
  // What a node lacks to unpack an image, as exec(3), tools, and mount(2) name it.
  [/\bexec: "(?:[^"\s]{0,200}\/)?([\w.+-]{1,60})": executable file not found\b/i, missing('program')],
  [
    /\bfork\/exec (?:\/[^\s/:]{1,80}){0,12}\/([\w.+-]{1,60}): no such file or directory\b/i,
    missing('program'),
  ],
  // Without the feature, Windows lacks the library of these functions (microsoft/hcsshim#1445).
  [
    /\bhcsshim::\w{1,60}\b.{0,400}: the specified module could not be found\b/i,
    () => ({ code: 'missing-tool', kind: 'feature', name: 'Containers' }),
  ],
  [
    /\bhcsshim::(\w{1,60}) (?:\\{2,4}\?\S{1,400}|failed in Win32): ([A-Z][^:.]{2,100}\.)/,
    ([, call = '', answer = '']) => ({ code: 'windows-call', call, answer }),
  ],
  // containers/image, storage/storage_dest.go.
  [
    /\bimage with ID \\*"([0-9a-f]{64})\\*" already exists, but uses a different top layer\b/i,
    ([, id = '']) => ({ code: 'other-copy', id }),
  ],
  [/\bmodprobe ([\w-]{1,60})/i, missing('module')],
  [/\b([\w-]{1,60}) module not loaded\b/i, missing('module')],
  // containerd names a snapshotter that it does not have, or has none at all.
  [
    /\b(?:snapshotter not loaded: |snapshotter "?(?=[\w.-]{1,60}"? (?:was )?not found\b)|can not find snapshotter ")([\w.-]{0,59}\w)/i,
    ([, snapshotter = '']) => ({ code: 'no-unpacker', snapshotter }),
  ],
  [
    /\bno unpack platforms defined\b|\bunable to initialize unpacker\b|\bno matching diff plugins\b|\bdiffer "[^"]{1,60}" not found\b|\bneeded differ not loaded\b/i,
    () => ({ code: 'no-unpacker', snapshotter: null }),
  ],
]

function missing(kind: MissingTool['kind']): (match: RegExpExecArray) => Clue {
  return ([, name = '']) => ({ code: 'missing-tool', kind, name })
}

/** The clues that quote something from the text of a failed pull. */
export function quotedClues(text: string, endpoint: Endpoint | null): Clue[] {
  const quoted = QUOTES.flatMap(([words, clueIn]) => {
    const match = words.exec(text)
    return match === null ? [] : [clueIn(match)]
  })
  return [
    ...quoted,
    ...ownWordsIn(text),
    ...callerIn(text),
    ...fullPathIn(text),
    ...noRouteIn(text),
    ...cluesWith('misresolved', misresolvedTo(text, endpoint)),
  ]
}

const AWS_POLICIES = new Map<string, AwsPolicy>([
  ['service control', 'service-control'],
  ['resource control', 'resource-control'],
  ['permissions boundary', 'permissions-boundary'],
  ['session', 'session'],
  ['identity-based', 'identity'],
  ['resource-based', 'resource'],
  ['vpc endpoint', 'vpc-endpoint'],
])

function awsPolicy([, deny, denying, boundary, missing, noBoundary]: RegExpExecArray): Clue {
  const name = denying ?? boundary ?? missing ?? noBoundary ?? ''
  const policy = AWS_POLICIES.get(name.toLowerCase()) ?? null
  return { code: 'aws-policy', policy, denies: deny !== undefined }
}

const CALLER =
  /\buser[ :]+["'`\\]*([^\s"'`\\,]{1,200})["'`\\]* (?:is not authorized|does not have|cannot|can't|has no)|\bUser: (arn:\S{1,200}) is not authorized/i
const ACTION = /\bis not authorized to perform: ([\w-]{1,40}:\w{1,80})/i

function callerIn(text: string): Clue[] {
  const [, user, arn] = CALLER.exec(text) ?? []
  const name = arn ?? user
  return name === undefined ? [] : [{ code: 'caller', name, action: ACTION.exec(text)?.[1] ?? null }]
}

/** The path in a failed write, such as `write /var/tmp/storage123/2: no space left on device`. It is tried once for each word, not for each slash. */
const FULL_PATH =
  /(?:^|[^\w./@+-])[\w.@+-]*(\/[\w./@+-]+)[^/]{0,40}: (?:no space left on device|disk quota exceeded)/i
/** Where a runtime's own folders begin below its store, or the folder of the kubelet or of a snapshotter that is a process of its own. */
const STORE =
  /^(.+?)\/(?:io\.containerd\.|overlay|image\/|tmp\/(?:GetImageBlob|docker-)|tmpmounts\/|devicemapper|vfs\/|storage\/)|^(\/var\/lib\/(?:kubelet|[\w-]*(?:soci|stargz|nydus|overlaybd)[\w-]*))\//

/** The folder whose file system is full: a runtime's store, or a temporary folder. */
function fullPathIn(text: string): Clue[] {
  const path = FULL_PATH.exec(text)?.[1] ?? ''
  const temporary = /^\/(?:var\/)?tmp(?=\/|$)/.exec(path)?.[0]
  const full = temporary ?? STORE.exec(path)?.slice(1).find(Boolean)
  return full === undefined
    ? []
    : [{ code: 'full-disk-path', path: full, temporary: temporary !== undefined }]
}

/** How containerd, Docker, and containers/image end with the status of an answer. */
const STATUS =
  /\bunexpected (?:status(?: code)?|http status)(?: from \w{3,5} request to \S{1,600}| \S{1,600})?: 5\d\d ([^\n"]{2,120})$/i

/** What servers write beside these statuses by default: those of RFC 9110, nginx' own, and that of containers/image for one without a name. */
const STANDARD =
  /^(?:internal (?:server )?error|not implemented|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|http version not supported|variant also negotiates|insufficient storage|loop detected|not extended|network authentication required|unknown.*|\W*)$/i

function ownWordsIn(text: string): Clue[] {
  const words = STATUS.exec(text.trimEnd())?.[1]?.trim() ?? ''
  return STANDARD.test(words) ? [] : [{ code: 'server-said', words }]
}

/** A node without any address of IPv6 can't assign one; one of IPv4 lacks free ports. */
const NO_ROUTE =
  /dial tcp (?:\[[0-9a-f:]+\]:\d+->)?(?:(\[[0-9a-f:]+\]|[\d.]+):\d+: (?:connect: )?network is unreachable|(\[[0-9a-f:]+\]):\d+: (?:connect: )?cannot assign requested address)/i

/** A request to a registry for what the manifest lists, so that the tag's look-up was answered; storage hosts may have addresses of one family only. */
const UNDER_WAY = new RegExp(
  String.raw`(?:${DOWNLOADING}|\bfailed to copy\b).{0,200}?\b(?:get|head) "?https?://[\w.:-]{1,253}/v2/`,
  'i',
)

/** The family of a public address for which the node has no route; one of a private network may be missing for other reasons. */
function noRouteIn(text: string): Clue[] {
  const [, unreachable, unassigned] = NO_ROUTE.exec(text) ?? []
  const address = unreachable ?? unassigned
  if (address === undefined || isLocal(address) || isPrivateAddress(address)) return []
  if (address.startsWith('[')) return [{ code: 'no-route', family: 'IPv6' }]
  return [{ code: 'no-route', family: 'IPv4', ...(UNDER_WAY.test(text) && { lost: true }) }]
}
