/** Patterns for the clues in the words of an error text and in an image's name. */

import { isAddress, isLocal, isPrivateAddress } from '../image/host.ts'
import { placeholderIn } from '../image/placeholder.ts'
import { doubledPrefix } from '../image/registries.ts'
import { UNREADABLE_SECRET } from './causes/auth-required-or-denied.ts'
import { STORE_CLUES } from './causes/corrupt-or-unpack.ts'
import type { Clue } from './clue.ts'
import type { Endpoint } from './endpoint.ts'
import type { Cause } from './finding.ts'

/** The kinds of AWS policies that can refuse a pull, as AWS names them in its errors. */
export type AwsPolicy =
  | 'service-control'
  | 'resource-control'
  | 'permissions-boundary'
  | 'session'
  | 'identity'
  | 'resource'
  | 'vpc-endpoint'

/** Clues by the words that show them. Matched against a text without the image's own names. */
export const TEXT_CLUES: [Clue, RegExp][] = [
  [
    { code: 'web-page' },
    /text\/html|invalid character '?\\*u?003c|invalid character '<'|<!?(?:doctype|html)\b|&lt;html|\\u003chtml|\bdefault backend - 404\b|\b404 page not found\b|signature format, starting with binary 0x3c/i,
  ],
  [
    { code: 'endpoint-scheme' },
    /unsupported protocol scheme|missing protocol scheme|\bparse "?[^"\s/]{1,253}:\d+\S{0,500}: first path segment in URL cannot contain colon|https?:\/\/https?:?\/\//i,
  ],
  [{ code: 'short-name' }, /short[- ]name|unqualified(?:-search| image)/i],
  [
    { code: 'no-latest' },
    /does(?: not|n't) use the \S{0,3}latest\S{0,3} tag|must be pulled with an explicit (?:version|tag)/i,
  ],
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
    { code: 'cut-off' },
    /\beof\b|reset by peer|broken pipe|forcibly closed|connection (?:was )?(?:reset|closed|aborted)|goaway|stream error: stream id/i,
  ],
  [{ code: 'unopened', why: 'network' }, /(?:network is unreachable|unreachable network)/i],
  [{ code: 'unopened', why: 'host' }, /(?:no route to host|host is unreachable|unreachable host)/i],
  [{ code: 'unopened', why: 'refused' }, /connection refused|actively refused/i],
  [
    { code: 'interrupted' },
    // Earlier versions of containerd write httpReaderSeeker.
    /failed to copy: (?!httpRead(?:er)?Seeker: failed open)|happened during read: |stream error: stream id/i,
  ],
  [{ code: 'literal-server' }, /https?:\/\/docker\.io(?::443)?\/v2\/|\blookup docker\.io(?: on|:)/i],
  [
    { code: 'ingress-default' },
    /ingress controller fake certificate|certificate is valid for ingress\.local\b|\.traefik\.default\b/i,
  ],
  [{ code: 'tls-alert' }, /^(?!.*(?:x509|certificate)).*(?:(?:remote|local) error: tls|bad record mac)/is],
  [
    { code: 'speaks', scheme: 'http' },
    /gave http response to https client|first record does not look like a tls handshake|record received with length 20527|invalidcontenttype/i,
  ],
  [
    { code: 'speaks', scheme: 'https' },
    /http request (?:was sent )?to (?:an )?https (?:server|port)|malformed http response \S{0,9}x1[56]/i,
  ],
  [{ code: 'tls-unfinished' }, /tls handshake timeout/i],
  [
    { code: 'unanswered' },
    // Without "while waiting for connection", the canceled request had one (net/http).
    /\b(?:read|write) tcp \S{1,200}: i\/o timeout|timeout awaiting response headers|http2: client connection lost|net\/http: request canceled \(client\.timeout/i,
  ],
  [
    { code: 'registry-closed' },
    /\bregistry\b.{0,60}\b(?:deprecated|shut(?:ting)? down|discontinued|decommissioned|retired|sunset)\b/i,
  ],
  [{ code: 'unreadable-secret' }, UNREADABLE_SECRET],
  [
    { code: 'ambiguous-refusal' },
    /unable to retrieve auth token: invalid username\/password|login credentials are not valid, or your ibm cloud account/i,
  ],
  [{ code: 'named-action' }, /unauthorized to access repository: \S{1,300}, action: pull\b/i],
  [{ code: 'upstream-limit' }, /too many requests to upstream/i],
  [{ code: 'upstream-setup' }, /upstream (?:repository|registry) is not configured/i],
  [{ code: 'upstream-blocked' }, /remote (?:auto|manually) blocked/i],
  [{ code: 'harbor' }, /\bunknown: (?:repository|artifact) \S{1,300} not found/i],
  [
    { code: 'other-manifest' },
    /\bref "?manifest-sha\w*:.{0,400}(?:failed size validation|unexpected commit digest)/i,
  ],
  [
    { code: 'missing-layer' },
    /\b(?:unknown blob|blob[_ ]unknown)\b|could not fetch content descriptor .{0,200} from remote: not found/i,
  ],
  ...STORE_CLUES,
  [{ code: 'not-on-node' }, /failed to get sandbox image "[^"]*": image "[^"]*": not found/i],
  [{ code: 'for-linux' }, /operating system \\*"linux\\*" cannot be used/i],
  [{ code: 'memory' }, /cannot allocate memory|out of memory|not enough (?:free )?memory/i],
  [{ code: 'proxy-scheme' }, /proxyconnect tcp: tls: first record/i],
  [{ code: 'proxy-unreached' }, /proxyconnect tcp|connecting to proxy|socks connect tcp \S{1,200}: dial /i],
  [
    { code: 'mirror-config' },
    /hosts\.toml|parse endpoint url|get registry endpoints|loading registries configuration|registries\.conf(?:\.d)?\S*: (?:toml|parse|decod|bare keys)/i,
  ],
  [{ code: 'old-settings' }, /must be in v2 format|mixing sysregistry v1\/v2/i],
  [{ code: 'source-blocked' }, /is blocked in \S*registries\.conf/i],
  // containers/image, signature/policy_eval_*.go; Notation for the last one.
  [{ code: 'signed-otherwise', with: 'name' }, /signature for identity .{1,300} is not accepted/i],
  [
    { code: 'signed-otherwise', with: 'key' },
    /none of the signatures were accepted|cryptographic signature verification failed|invalid signature when validating|signature by key .{1,80} is not accepted|invalid gpg signature|\brequired (?:e-?mail|identity|subject|signer)\b|not (?:produced|signed) by a trusted/i,
  ],
  [{ code: 'not-listed' }, /\bis rejected by policy\b/i],
  [{ code: 'attestation' }, /vnd\.in-toto\+json|attestation-manifest/i],
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
    { code: 'region' },
    /export control|not available in your (?:country|region|location)|embargo|sanction|legal reasons|your location|from your (?:country|region)/i,
  ],
  [
    { code: 'token-wanted' },
    /\b(?:use|provide|requires?|log ?in with) (?:a |an |your )?(?:personal )?access token\b|\bpersonal access token (?:is )?(?:required|to log ?in)\b|two[- ]factor auth.{0,80}access token/i,
  ],
  [
    { code: 'token-scope' },
    /saml (?:enforcement|sso)|read_registry|read:packages|read_package|token scope|required scopes|insufficient scope/i,
  ],
]

/** Twelve hexadecimal digits, as clients list images, or all 64, with the algorithm or without it. */
const IMAGE_ID = /^(?:sha256:)?(?:[0-9a-f]{12}|[0-9a-f]{64})$/
const NUMBER = /\d(?:\.\d+)?e\+\d+/i

/** The clues in an image's name, as written in the pod. */
export function nameClues(image: string, cause: Cause): Clue[] {
  const clues: Clue[] = []
  if (NUMBER.test(image)) clues.push({ code: 'unquoted-number' })
  const placeholder = placeholderIn(image)
  const isOne = placeholder !== null && (placeholder !== 'tag' || cause === 'image-not-found')
  if (isOne) clues.push({ code: 'placeholder', of: placeholder })
  const doubled = doubledPrefix(image)
  if (doubled !== null) clues.push({ code: 'doubled-prefix', ...doubled })
  if (IMAGE_ID.test(image)) clues.push({ code: 'image-id' })
  if (placeholder !== 'ko' && /^[a-z][a-z0-9+.-]*:\/\//i.test(image)) clues.push({ code: 'reference-scheme' })
  const sign = /["'`“”‘’]|(\s)/.exec(image)
  if (sign !== null) clues.push({ code: 'stray-character', sign: sign[1] === undefined ? 'quote' : 'space' })
  return clues
}

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
    ...resolvedToNode(text, endpoint),
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

function policyFile(text: string): Clue[] {
  const [found, invalid, unread] = POLICY_FILE.exec(text) ?? []
  if (found === undefined) return []
  const missing = invalid === undefined && /no such file or directory|no policy\.json/i.test(text)
  return [{ code: 'policy-file', path: invalid ?? unread ?? '/etc/containers/policy.json', missing }]
}

/** A name that led to the node itself; an address that did was redirected there. */
function resolvedToNode(text: string, endpoint: Endpoint | null): Clue[] {
  const host = endpoint?.host ?? ''
  const isName = !isLocal(host) && !isAddress(host)
  const address = /\bdial tcp (\[::1\]|127(?:\.\d{1,3}){3}):\d+: /i.exec(text)?.[1]
  return address !== undefined && isName ? [{ code: 'dialed-loopback', address }] : []
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
