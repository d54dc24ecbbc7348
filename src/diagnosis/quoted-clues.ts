/** The clues that quote something from an error text: an address, an account, a policy, a signer, a size, a folder. */

import { isLocal, isPrivateAddress } from '../image/host.ts'
import type { AwsPolicy, Clue } from './clue.ts'
import type { Endpoint } from './endpoint.ts'
import { misresolvedTo } from './misresolved.ts'

const ADDRESS =
  /(?:client (?:with )?ip|ip address|address|ip)[ :'"“`]{1,6}((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})['"”`]? (?:is not|is blocked|not|has been|was)/i
const CALLER =
  /\buser[ :]+["'`\\]*([^\s"'`\\,]{1,200})["'`\\]* (?:is not authorized|does not have|cannot|can't|has no)|\bUser: (arn:\S{1,200}) is not authorized/i
const ACTION = /\bis not authorized to perform: ([\w-]{1,40}:\w{1,80})/i
/** AWS ends its errors with the policy that decided (IAM, "Troubleshoot access denied error messages"). */
const AWS_POLICY =
  /\b(?:with an (explicit deny)(?: in an? ([\w-]+(?: [\w-]+)?) policy| in a (permissions boundary))?|because no ([\w-]+(?: [\w-]+)?) policy allows|because no (permissions boundary) allows)/i
const AWS_POLICIES = new Map<string, AwsPolicy>([
  ['service control', 'service-control'],
  ['resource control', 'resource-control'],
  ['permissions boundary', 'permissions-boundary'],
  ['session', 'session'],
  ['identity-based', 'identity'],
  ['resource-based', 'resource'],
  ['vpc endpoint', 'vpc-endpoint'],
])
const DNS_SERVER = /\blookup \S+ on (\[?[0-9a-f.:]+?\]?):53\b/i
const NO_ROUTE =
  /dial tcp (?:\[[0-9a-f:]+\]:\d+->)?(\[[0-9a-f:]+\]|[\d.]+):\d+: (?:connect: )?(?:network is unreachable|cannot assign requested address)/i
const SIGNER = /required (?:e-?mail|identity|subject|signer|key)[ :]{1,3}\\*["'“]?([^"'”\\]{1,200})/i
/** Go's crypto/x509 lists all names of a certificate; a long list says little. */
const CERTIFICATE_FOR = /certificate is valid for ([^\s"'`]{1,120}(?:, [^\s"'`]{1,120}){0,2}), not /i
const WINDOWS_BUILD = /windows version (\d+\.\d+\.\d+)-based image/i
/** containers/image, signature/policy_config.go: a policy that does not parse, or a file that can't be read. */
const POLICY_FILE =
  /\binvalid policy in \\*"?(\/[^\s"\\]{1,300})|\bopen (\/[^\s":]{0,300}\bpolicy\.json): |\bno (policy\.json) file found/i
/** The path in a failed write, such as `write /var/tmp/storage123/2: no space left on device`. It is tried once for each word, not for each slash. */
const FULL_PATH =
  /(?:^|[^\w./@+-])[\w.@+-]*(\/[\w./@+-]+)[^/]{0,40}: (?:no space left on device|disk quota exceeded)/i
/** Where a runtime's own folders begin below its store. */
const STORE =
  /^(.+?)\/(?:io\.containerd\.|overlay|image\/|tmp\/(?:GetImageBlob|docker-)|tmpmounts\/|devicemapper|vfs\/|storage\/)/

/** The clues that quote something from the text: an address, an account, a signer, a DNS server. */
export function quotedClues(text: string, endpoint: Endpoint | null): Clue[] {
  const address = ADDRESS.exec(text)?.[1]
  const caller = CALLER.exec(text)
  const name = caller?.[2] ?? caller?.[1]
  const action = ACTION.exec(text)?.[1] ?? null
  const decided = AWS_POLICY.exec(text)
  const server = DNS_SERVER.exec(text)?.[1]
  const noRoute = NO_ROUTE.exec(text)?.[1]
  const demanded = SIGNER.exec(text)?.[1]
  const names = CERTIFICATE_FOR.exec(text)?.[1]
  const build = WINDOWS_BUILD.exec(text)?.[1]
  const full = fullPlace(text)
  const misresolved = misresolvedTo(text, endpoint)
  return [
    ...(address === undefined ? [] : [{ code: 'caller-address' as const, address }]),
    ...(name === undefined ? [] : [{ code: 'caller' as const, name, action }]),
    ...(decided === null ? [] : [awsPolicy(decided)]),
    ...(demanded === undefined ? [] : [{ code: 'signer' as const, demanded }]),
    ...(names === undefined ? [] : [{ code: 'certificate-for' as const, names }]),
    ...(build === undefined ? [] : [{ code: 'windows-build' as const, build }]),
    ...(full === null ? [] : [{ code: 'full-disk-path' as const, ...full }]),
    ...policyFile(text),
    ...(server === undefined ? [] : [{ code: 'dns-server' as const, server }]),
    ...arrivedClue(text),
    ...(misresolved === null ? [] : [{ code: 'misresolved' as const, ...misresolved }]),
    ...(noRoute === undefined || isLocal(noRoute) || isPrivateAddress(noRoute)
      ? []
      : [
          {
            code: 'no-route' as const,
            family: noRoute.startsWith('[') ? ('IPv6' as const) : ('IPv4' as const),
          },
        ]),
  ]
}

/** The digest of no data at all. */
const EMPTY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
/** What arrived, as containerd and containers/image write it: its size or its digest, before or after what was announced. */
const SIZES = /\b(?:failed size validation: |unexpected commit size )(\d+)(?: != |, expected )(\d+)/i
const DIGEST =
  /\b(?:unexpected (?:commit )?digest:? |digest did not match, expected sha256:\w{64}, got )(sha256:\w{64})/i

/** How much of a download arrived, if the text shows it. */
function arrivedClue(text: string): Clue[] {
  const [, bytes, of] = SIZES.exec(text) ?? []
  if (bytes !== undefined) return [{ code: 'arrived', bytes: Number(bytes), of: Number(of) }]
  return DIGEST.exec(text)?.[1] === EMPTY ? [{ code: 'arrived', bytes: 0, of: null }] : []
}

function policyFile(text: string): Clue[] {
  const [found, invalid, unread] = POLICY_FILE.exec(text) ?? []
  if (found === undefined) return []
  const missing = invalid === undefined && /no such file or directory|no policy\.json/i.test(text)
  return [{ code: 'policy-file', path: invalid ?? unread ?? '/etc/containers/policy.json', missing }]
}

function awsPolicy([, deny, denying, boundary, missing, noBoundary]: RegExpExecArray): Clue {
  const name = denying ?? boundary ?? missing ?? noBoundary ?? ''
  return {
    code: 'aws-policy',
    policy: AWS_POLICIES.get(name.toLowerCase()) ?? null,
    denies: deny !== undefined,
  }
}

/** The folder whose file system is full: a runtime's store, or a temporary folder; null if the text shows none. */
function fullPlace(text: string): { path: string; temporary: boolean } | null {
  const path = FULL_PATH.exec(text)?.[1]
  if (path === undefined) return null
  const temporary = /^\/(?:var\/)?tmp(?=\/|$)/.exec(path)?.[0]
  if (temporary !== undefined) return { path: temporary, temporary: true }
  const store = STORE.exec(path)?.[1]
  return store === undefined ? null : { path: store, temporary: false }
}
