/** A self-signed certificate for 127.0.0.1, made at start: a DER writer of the few structures X.509 needs (RFC 5280). */

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

export interface ServerCertificate {
  /** PEM. */
  certificate: string
  /** PEM, PKCS #8. */
  key: string
}

const SEQUENCE = 0x30
const ECDSA_WITH_SHA256 = '06082a8648ce3d040302'
const COMMON_NAME = '0603550403'
const SUBJECT_ALTERNATIVE_NAME = '0603551d11'
const BASIC_CONSTRAINTS = '0603551d13'

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}

const hex = (text: string) => Buffer.from(text, 'hex')

const name = (commonName: string) =>
  der(SEQUENCE, der(0x31, der(SEQUENCE, hex(COMMON_NAME), der(0x0c, Buffer.from(commonName)))))

/** GeneralizedTime: `20261124090545Z`. */
const time = (milliseconds: number) =>
  der(0x18, Buffer.from(new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '')))

function extensions(): Buffer {
  const loopback = der(SEQUENCE, der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))
  const isAuthority = der(SEQUENCE, der(0x01, Buffer.from([0xff])))
  return der(
    0xa3,
    der(
      SEQUENCE,
      der(SEQUENCE, hex(SUBJECT_ALTERNATIVE_NAME), der(0x04, loopback)),
      der(SEQUENCE, hex(BASIC_CONSTRAINTS), der(0x01, Buffer.from([0xff])), der(0x04, isAuthority)),
    ),
  )
}

const pem = (label: string, body: Buffer) =>
  `-----BEGIN ${label}-----\n${body.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`

/** A new key and certificate for 127.0.0.1 and localhost, valid a year around now. Takes a few milliseconds. */
export function selfSignedCertificate(): ServerCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der(SEQUENCE, hex(ECDSA_WITH_SHA256))
  const subject = name('pullguard simulator')
  const day = 86_400_000
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)])
  const toBeSigned = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    subject,
    der(SEQUENCE, time(Date.now() - day), time(Date.now() + 365 * day)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions(),
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  return {
    certificate: pem(
      'CERTIFICATE',
      der(SEQUENCE, toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature)),
    ),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
