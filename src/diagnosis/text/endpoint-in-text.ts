/** Finds in an error text the host that answered, refused, or could not be reached, and its part in the pull. */

import { PASSED_ON } from '../causes/image-not-found.ts'
import { connectedPeer, isOfDownloadHost } from './download-host.ts'
import { type EndpointRole, HOST, type NamedEndpoint } from './endpoint.ts'
import { type FoundUrl, isSame, roleAt, roleOfBare, roleOfUrl, SIGNED, TOKEN_PATH } from './endpoint-role.ts'

const NAME = '([\\w-]+(?:\\.[\\w-]+)+(?::(?!443\\b)\\d+)?)'

/** A failed connection to the proxy itself. Checked first, because such texts also name the registry. */
const PROXY = new RegExp(
  `proxyconnect tcp: (?:.{0,80}?lookup ${HOST}|dial tcp ${HOST})|connecting to proxy [a-z]*:?/*${HOST}|socks connect tcp ${HOST}->`,
  'i',
)

const SOCKET = /dial unix (\/[\w./-]*\w|@\w+)|unix:\/\/(\/[\w./-]*\w)/i

const URL = /\bhttps?:\/\/(?:[^\s/?#@"']*@)?(\[[^\]\s]+\](?::\d+)?|[\w.-]+(?::\d+)?)([^\s"'`<>]*)/gi

/** Where texts name a host without a URL, the most reliable first. */
const BARE_HOSTS = [
  new RegExp(`\\bpulling from host ${HOST} failed`, 'i'),
  new RegExp(`\\b(?:pinging|ping) (?:container|docker) registry ${HOST}`, 'i'),
  // Go's net/url, for a mirror's endpoint that was written without its scheme.
  new RegExp(`\\bparse "?:/+${HOST}/`, 'i'),
  // The proxy inside Docker Desktop, which names the host before it dials an address of it (docker/hub-feedback#2442).
  new RegExp(`\\bdialing ${NAME}(?::443)? \\w+ via `, 'i'),
  new RegExp(`\\bconnecting to ${NAME}(?::443)?: (?:resolving|dial)`, 'i'),
  new RegExp(`\\bdial tcp: (?:lookup|address) ${HOST}(?: on|:)`, 'i'),
  new RegExp(`\\blookup ${HOST} on `, 'i'),
  new RegExp(`\\bresolve(?:d)? (?:host|address)[: ]+${HOST}`, 'i'),
  // Go's crypto/x509: the name that a certificate had to be valid for.
  new RegExp(
    `\\bx509: certificate is (?:valid for \\S.{0,300}, not|not valid for any names, but wanted to match) ${HOST}`,
    'i',
  ),
  new RegExp(`\\bdial tcp (?:lookup )?${HOST}`, 'i'),
  // One of containers/image's mirrors, whose error begins with its name.
  new RegExp(`^\\[?(?=[\\w-]*[.:])${HOST}/\\S{1,300}: `, 'i'),
]

/** Nexus announces such an address for tokens: nothing but the scheme is wrong with it (sonatype/nexus-public#565). */
const WITHOUT_SCHEME = new RegExp(`"null://${HOST}/`, 'i')

/** containers/image: `reading manifest TAG in HOST/path`. */
const IN_SOURCE =
  /\breading manifest \S+ in ([\w.-]+(?::\d+)?)\/|\binitializing source docker:\/\/([\w.-]+\.[\w.-]+(?::\d+)?|[\w.-]+:\d+)\//i

/**
 * The endpoint of one failed pull; null if the text names no host.
 * @param whole the runtime's text with its names
 * @param registry the image's registry; null for a name that does not parse
 */
export function endpointOf(whole: string, registry: string | null): NamedEndpoint | null {
  const text = whole.replace(PASSED_ON, '')
  const proxy = PROXY.exec(text)
  if (proxy !== null) return namedEndpoint(proxy.slice(1).find(Boolean) ?? '', 'proxy')
  const asked = requestIn(text)
  if (asked !== undefined && isHidden(asked)) return null
  const socket = SOCKET.exec(text)
  if (socket !== null && asked === undefined) return { host: socket[1] ?? socket[2] ?? '', role: 'runtime' }
  if (asked !== undefined) return namedEndpoint(asked.host, roleOfUrl(asked, text, registry))
  // A server that quotes an error of its own names hosts behind it, which the node never asked.
  const own = text.replace(/\berror parsing HTTP \d{3} response body: .*/is, '')
  const bare = BARE_HOSTS.map(pattern => pattern.exec(own)?.[1]).find(host => host !== undefined)
  if (bare !== undefined) return namedEndpoint(bare, roleOfBare(bare, text, registry))
  const peer = connectedPeer(text)
  if (peer !== null && isOfDownloadHost(peer, text, registry)) return namedEndpoint(peer, 'storage')
  const announcing = WITHOUT_SCHEME.exec(text)?.[1]
  if (announcing !== undefined)
    return namedEndpoint(
      announcing,
      registry === null || isSame(announcing, registry) ? 'registry' : 'mirror',
    )
  const source = IN_SOURCE.exec(text)
  if (source === null) return null
  const host = source[1] ?? source[2] ?? ''
  return namedEndpoint(host, roleAt(host, '/v2/', '', registry))
}

/** The URL of the request that failed: the last one is that of the innermost request. */
function requestIn(text: string): FoundUrl | undefined {
  const urls = [...text.matchAll(URL)].map(({ 0: url, 1: host = '', 2: rest = '', index }) => ({
    host,
    rest,
    before: text.slice(Math.max(0, index - 30), index),
    end: index + url.length,
  }))
  return urls
    .filter(url => !isDocumentationLink(url) && !isCutOff(url, text) && !isSocket(url) && !isOfCache(url))
    .at(-1)
}

/** Whether the text was truncated within the host: a quote was opened before the URL, and the text ends with the URL. */
function isCutOff({ rest, before, end }: FoundUrl, text: string): boolean {
  return end === text.length && rest === '' && /["'`]$/.test(before)
}

/** Whether somebody made the host unreadable before the text was passed on, as in `https://d*****.azurecr.io/`. */
function isHidden({ rest }: FoundUrl): boolean {
  return /^[.-]?[*…•]/.test(rest)
}

/** Go's clients write so for a request to a socket of the node. */
function isSocket({ host }: FoundUrl): boolean {
  return host === 'unix'
}

/**
 * Whether a cache made the request: Artifactory quotes so the token server that itself asked for a remote repository, and registries that are
 * written in Go an error of theirs in the detail of their answer (openshift/origin#20121).
 */
function isOfCache({ before }: FoundUrl): boolean {
  return /\brealm: $/i.test(before) || /"URL\\*": ?\\*"$/.test(before)
}

/** What runtimes write before the URL of a request. */
const REQUEST =
  /\b(?:get|head|post|put|url|request(?: to| for)?|connect(?:ing)? to|status(?: code)?|from|fetch(?:ing)?|reach|registry|host|error|ping)[ :("'`\\<=[]{0,4}$/i

/** Whether the URL is documentation for people, not a request. */
function isDocumentationLink({ host, before, rest }: FoundUrl): boolean {
  // A registry's message may name any site; requests have a registry's paths, or the runtime's words before them.
  if (
    !REQUEST.test(before) &&
    !/\/v[12](?:\/|[?:]|$)/.test(rest) &&
    !TOKEN_PATH.test(rest) &&
    !SIGNED.test(rest)
  )
    return true
  if (
    /\b(?:see|visit|refer(?: to)?|details|information|instructions|steps in|read|docs?|documentation)[ :<("']*$/i.test(
      before,
    )
  )
    return true
  return /^(?:www\.|docs\.|aka\.ms$|github\.com$|toolkit\.|errors?\.|success\.docker\.com$|quay\.io\/repository|docker\.com$)/i.test(
    host,
  )
}

function namedEndpoint(host: string, role: EndpointRole): NamedEndpoint | null {
  const shown = host.toLowerCase().replace(/[.:]+$/, '')
  return shown === '' ? null : { host: shown, role }
}
