/** Turns a request that got no answer into one sentence: which server, what happened, what to check. */

import { UnreachableError } from '../../errors.ts'
import { codedError } from '../../network/error-code.ts'

export interface Route {
  server: string
  /** Host and port, never the password; null for a direct connection. */
  proxy: string | null
}

/** @param error as the HTTP client threw it; only its code is used, because its message may quote the request */
export function unreachable(error: unknown, route: Route): UnreachableError {
  if (error instanceof UnreachableError) return error
  return new UnreachableError(sentence(error, route), { cause: error })
}

function sentence(error: unknown, { server, proxy }: Route): string {
  const { code, message } = codedError(error) ?? { code: 'unknown failure', message: '' }
  const rule = RULES.find(({ codes }) => codes.test(code))
  if (proxy !== null && (rule === undefined || rule.mayBeProxy)) {
    const detail = proxyStatus(message) ?? code
    return `The API server ${server} can't be reached through the proxy ${proxy} (${detail}): check HTTPS_PROXY, NO_PROXY, or the cluster's proxy-url`
  }
  const problem = rule?.problem ?? `did not answer (${code}): check the server's address and the network`
  return `The API server ${server}${proxy === null ? '' : ` behind the proxy ${proxy}`} ${problem}`
}

/** undici reports the status of a refused CONNECT only in its message. */
function proxyStatus(message: string): string | null {
  const status = /Proxy response \((\d{3})\)/.exec(message)?.[1]
  return status === undefined ? null : `it answered ${status}`
}

interface Rule {
  codes: RegExp
  /** Follows the server's name in the sentence. */
  problem: string
  /** Through a proxy, this failure may be between the client and the proxy, or between the proxy and the server. */
  mayBeProxy?: true
}

/** Codes of Node's sockets, DNS and TLS (Node documentation, "Errors"; OpenSSL's X509 verification results) and of undici. */
const RULES: Rule[] = [
  {
    codes: /^ECONNREFUSED$/,
    problem:
      'refused the connection: check that it is running, and its address and port in the kubeconfig or --server',
    mayBeProxy: true,
  },
  {
    codes: /^(ENOTFOUND|EAI_\w+|ENODATA)$/,
    problem:
      'has a name that does not resolve: check its address in the kubeconfig or --server, DNS, and the VPN',
    mayBeProxy: true,
  },
  {
    codes: /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/,
    problem: 'did not accept the connection in time: check the network, the VPN, or a firewall in between',
    mayBeProxy: true,
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/,
    problem: "can't be reached from here (no route): check the network or the VPN",
    mayBeProxy: true,
  },
  {
    codes: /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/,
    problem:
      'closed the connection before it answered: check the port, and whether something in between cuts it',
    mayBeProxy: true,
  },
  {
    codes: /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/,
    problem: 'accepted the request but did not answer in time: it may be overloaded, so try again',
  },
  {
    codes: /^CERT_HAS_EXPIRED$/,
    problem: "presented an expired certificate: renew it, and check this machine's clock",
  },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    problem: "presented a certificate that is not valid yet: check this machine's clock",
  },
  {
    codes: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    problem:
      'presented a certificate for another name: name the server as the certificate does, or say which name to expect with --tls-server-name',
  },
  {
    codes: /^(\w*SELF_SIGNED_CERT\w*|UNABLE_TO_\w+|CERT_UNTRUSTED|INVALID_CA|CERT_SIGNATURE_FAILURE)$/,
    problem:
      'presented a certificate from an authority that is not trusted: give its CA with --certificate-authority or in the kubeconfig',
  },
  {
    codes: /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST$/,
    problem: 'does not speak TLS on that port: check the port, or write http:// if it is meant to be plain',
  },
  {
    codes: /^ERR_SSL_/,
    problem: 'ended the TLS handshake: check the client certificate in the kubeconfig and its end date',
  },
  { codes: /^HPE_/, problem: 'answered something that is not HTTP: check the port' },
]
