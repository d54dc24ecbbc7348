/** A self-signed certificate for 127.0.0.1, created when a server starts. */

import { generate } from 'selfsigned'

interface ServerCertificate {
  /** PEM. */
  certificate: string
  /** PEM, PKCS #8. */
  key: string
}

const DAY = 86_400_000
/** The kinds of names in X.509 (RFC 5280, 4.2.1.6). */
const DNS = 2
const IP = 7

/** A new key and certificate for 127.0.0.1 and localhost, valid a year around now. */
export async function selfSignedCertificate(): Promise<ServerCertificate> {
  const now = Date.now()
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'pullguard simulator' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY),
    notAfterDate: new Date(now + 365 * DAY),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: DNS, value: 'localhost' },
          { type: IP, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { certificate: cert, key }
}

let own: Promise<ServerCertificate> | undefined

/** All servers of this process share it, because creating one takes as long as a dozen requests. */
export function processCertificate(): Promise<ServerCertificate> {
  own ??= selfSignedCertificate()
  return own
}
