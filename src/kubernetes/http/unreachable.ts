/** Turns a request that got no answer into one sentence: which server, what happened, what to check. */

import { UnreachableError } from '../../errors.ts'

export interface Way {
  server: string
  /** Host and port, never its password; null for a direct connection. */
  proxy: string | null
}

/** @param error what the HTTP client threw: only its code is told, since messages may quote what was sent */
export function unreachable(error: unknown, way: Way): UnreachableError {
  if (error instanceof UnreachableError) return error
  return new UnreachableError(sentence(coded(error), way), { cause: error })
}

function sentence({ code, message }: Coded, { server, proxy }: Way): string {
  const rule = RULES.find(({ codes }) => codes.test(code))
  if (proxy !== null && (rule === undefined || rule.onTheWay)) {
    const detail = proxyStatus(message) ?? code
    return `The proxy ${proxy} gave no way to the API server ${server} (${detail}): check HTTPS_PROXY, NO_PROXY or the cluster's proxy-url`
  }
  const said = rule?.said ?? `did not answer (${code}): check the server's address and the network`
  return `The API server ${server}${proxy === null ? '' : ` behind the proxy ${proxy}`} ${said}`
}

/** undici tells a refused CONNECT's status only in its message. */
function proxyStatus(message: string): string | null {
  const status = /Proxy response \((\d{3})\)/.exec(message)?.[1]
  return status === undefined ? null : `it answered ${status}`
}

interface Rule {
  codes: RegExp
  /** Follows the server's name. */
  said: string
  /** Where a proxy stands in between, this failed on the way to it or beyond it, not with the server. */
  onTheWay?: true
}

/** Codes of Node's sockets, DNS and TLS (Node documentation, "Errors"; OpenSSL's X509 verification results) and of undici. */
const RULES: Rule[] = [
  {
    codes: /^ECONNREFUSED$/,
    said: 'refused the connection: check that it runs, and server and port in the kubeconfig',
    onTheWay: true,
  },
  {
    codes: /^(ENOTFOUND|EAI_\w+|ENODATA)$/,
    said: 'has a name that does not resolve: check the server in the kubeconfig, the DNS or the VPN',
    onTheWay: true,
  },
  {
    codes: /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    said: 'did not take the connection in time: check the network, the VPN or a firewall in between',
    onTheWay: true,
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/,
    said: 'has no route to it from here: check the network or the VPN',
    onTheWay: true,
  },
  {
    codes: /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/,
    said: 'closed the connection before it answered: check the port, and whether something in between cuts it',
    onTheWay: true,
  },
  {
    codes: /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/,
    said: 'took the request but did not answer in time: it may be overloaded, so try again',
  },
  {
    codes: /^CERT_HAS_EXPIRED$/,
    said: "shows a certificate that has expired: renew it, and check this machine's clock",
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    said: "shows a certificate that is not valid yet: check this machine's clock",
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    said: 'shows a certificate for another name: name the server as the certificate does, or say which name to expect with --tls-server-name',
  },
  {
    codes: /^(\w*SELF_SIGNED_CERT\w*|UNABLE_TO_\w+|CERT_UNTRUSTED|INVALID_CA|CERT_SIGNATURE_FAILURE)$/,
    said: 'shows a certificate from an authority that is not trusted: give its CA with --certificate-authority or in the kubeconfig',
  },
  {
    codes: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST$/,
    said: 'does not speak TLS on that port: check the port, or write http:// if it is meant to be plain',
  },
  {
    codes: /^ERR_SSL_/,
    said: 'ended the TLS handshake: check the client certificate in the kubeconfig and its end date',
  },
  { codes: /^HPE_/, said: 'answered something that is not HTTP: check the port' },
]

interface Coded {
  code: string
  message: string
}

/** The first error in the chain of causes that has a code. */
function coded(error: unknown): Coded {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return { code: at.code, message: at.message }
  }
  return { code: 'unknown failure', message: '' }
}
