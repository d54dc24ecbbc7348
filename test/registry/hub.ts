/** The simulated Docker Hub for the tests of this room: one account, its private image, a public one. */
import { onTestFinished } from 'vitest'
import { givenCredential } from '../../src/commands/fix/given-credential.ts'
import { Redacted } from '../../src/secrecy/redacted.ts'
import { Clock } from '../../src/simulator/cluster/clock.ts'
import { Hub } from '../../src/simulator/hub/hub.ts'
import { CANARY, registriesAt } from './loopback.ts'

/** Starts it; `jane` can log in with CANARY and owns acme/app. @param probe the repository that the quota is asked of; null for none */
export async function startHub(probe: string | null = 'ratelimitpreview/test') {
  const hub = new Hub({ clock: new Clock(() => Date.UTC(2026, 10, 24, 9)) })
  hub.addAccount({ name: 'jane', password: CANARY })
  if (probe !== null) hub.addImage({ repository: probe })
  const nginx = hub.addImage({ repository: 'library/nginx', tags: ['1.27'] })
  const app = hub.addImage({ repository: 'acme/app', tags: ['1'], owner: 'jane' })
  hub.addImage({ repository: 'other/secret', tags: ['1'], owner: 'eve' })
  await hub.listen()
  onTestFinished(() => hub.close())
  const { url } = hub
  return { hub, url, nginx, app, registries: registriesAt({ 'docker.io': url }) }
}

export const login = (password = CANARY, registry = 'docker.io') =>
  givenCredential(registry, 'jane', new Redacted(password))
