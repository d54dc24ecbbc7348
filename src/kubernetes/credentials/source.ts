/** Picks the way a user logs in, in client-go's order. */

import { UsageError } from '../../errors.ts'
import type { Target } from '../kubeconfig/target.ts'
import { isPlainHttp } from '../server-url.ts'
import { type CredentialSource, fetchedBy, fixed } from './credential.ts'
import { materialText } from './material.ts'

/**
 * @throws UsageError for certificate or token files that can't be read
 */
export async function credentialSource(target: Target, server: URL): Promise<CredentialSource> {
  const { user } = target
  const none = { authorization: null, certificate: null, key: null }
  // Credentials never go over plain HTTP: client-go leaves them out too.
  if (isPlainHttp(server)) return fixed(none)
  const certificate = await materialText(user.clientCertificate, 'client certificate')
  const key = await materialText(user.clientKey, 'client key')
  if (certificate !== null && key === null) {
    throw new UsageError(
      `User ${user.name} in the kubeconfig has a client certificate but no client-key: add it`,
    )
  }
  const own = { ...none, certificate, key }
  if (user.token !== '') return fixed({ ...own, authorization: `Bearer ${user.token}` })
  if (user.tokenFile !== '') {
    return fetchedBy(async () => {
      const token = await materialText({ file: user.tokenFile }, 'token file')
      return {
        credential: { ...own, authorization: `Bearer ${token?.trim()}` },
        expiresAt: Date.now() + 60_000,
      }
    })
  }
  if (user.username !== '' || user.password !== '') {
    const pair = Buffer.from(`${user.username}:${user.password}`).toString('base64')
    return fixed({ ...own, authorization: `Basic ${pair}` })
  }
  return fixed(own)
}
