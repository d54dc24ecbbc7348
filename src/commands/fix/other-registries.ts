/** Decides which logins besides Docker Hub's may leave this machine: those that somebody named, or agrees to at the terminal. */

import type { Finding } from '../../diagnosis/finding.ts'
import type { Credential } from '../../dockerconfig/credential.ts'
import { DOCKER_HUB } from '../../image/docker-hub.ts'
import { otherLoginQuestion } from '../../report/views/questions.ts'
import { type Logins, planCredentialOf } from './find-logins.ts'
import type { FixSession } from './session.ts'

/**
 * The logins that may be distributed. Whoever can start pods anywhere in the cluster can name a registry, so with -A a login that no flag names
 * is asked about, registry by registry, and stays here where nobody can be asked; so does, in any scope, one that a helper makes for this
 * machine's own identity.
 */
export async function confirmOtherLogins(
  session: FixSession,
  findings: Finding[],
  logins: Logins,
): Promise<Logins> {
  const { options, context } = session
  const asks = context.ask.available && !options.yes
  const open = logins.credentials.filter(credential => !isFree(credential, session, logins))
  const named = [...logins.named]
  const refused: string[] = []
  for (const [registry, own] of Map.groupBy(open, credential => credential.registry)) {
    const places = [
      ...new Set(findings.filter(each => each.registry === registry).map(each => each.namespace)),
    ]
    const question = otherLoginQuestion(own.map(planCredentialOf), places.sort())
    if (asks && (await context.ask.confirm(question))) named.push(registry)
    else refused.push(registry)
  }
  return {
    ...logins,
    credentials: logins.credentials.filter(({ registry }) => !refused.includes(registry)),
    named,
    unnamed: [...logins.unnamed, ...refused],
  }
}

function isFree(
  { registry, minted, shortLived }: Credential,
  { options }: FixSession,
  { named }: Logins,
): boolean {
  if (named.includes(registry) || registry === DOCKER_HUB) return true
  return !options.allNamespaces && !minted && !shortLived
}
