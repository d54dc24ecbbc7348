/** Refusals that the user name of the login explains: whose account it is, and what kind of one. */
import { describe, expect, test } from 'vitest'
import { textsOf } from '../report/texts-of.ts'
import { codesIn, pulled, type Situation } from './situation.ts'

const as = (username: string, image: string, error: string): Situation => {
  const key = image.split('/')[0] ?? ''
  return { image, error: pulled(image, error), secret: { entries: [{ key, username, problem: null }] } }
}

describe('a robot account of Quay', () => {
  const DENIED = 'unauthorized: access to the requested resource is not authorized'
  const image = 'quay.io/acme-ml/scorer:2.3'

  test('of another organization needs permission, and another robot account keeps its place in the secret', () => {
    const situation = as('acme+puller', image, DENIED)
    expect(codesIn(situation).slice(0, 3)).toEqual(['robot-of-other', 'check-name', 'ask-registry'])
    expect(textsOf(situation).first).toMatch(
      /^Add the login of a robot account of acme-ml with read permission on acme-ml\/scorer, if that exists, to secret regcred under the key quay\.io\/acme-ml: acme\+puller is a robot account of acme/,
    )
  })

  test("is told by a host named after the product, where the registry is somebody's own", () => {
    const own = 'quay.corp.example/acme-ml/scorer:2.3'
    expect(codesIn(as('acme+puller', own, DENIED))).toContain('robot-of-other')
    expect(codesIn(as('acme+puller', own.replace('quay.', 'registry.'), DENIED))).not.toContain(
      'robot-of-other',
    )
  })

  test.each(['acme-ml+puller', 'acme', 'gitlab+deploy-token-7', 'a+b@acme.example'])(
    'is none of another organization as %s',
    username => {
      expect(codesIn(as(username, image, DENIED))).not.toContain('robot-of-other')
    },
  )
})

describe("a user with the name of Azure's registry", () => {
  const refusal = (host: string) =>
    `failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://${host}/oauth2/token: 401 Unauthorized`

  test.each([
    ['acmeprod', 'acmeprod-f2h3b4.azurecr.io'],
    ['acmeprod', 'acmeprod.azurecr.cn'],
  ])('is the admin user that may be disabled (%s at %s)', (username, host) => {
    const situation = as(username, `${host}/orders/api:7`, refusal(host))
    expect(codesIn(situation).slice(0, 2)).toEqual(['acr-admin', 'distribute-login'])
    expect(textsOf(situation).first).toContain('az acr show --name acmeprod --query adminUserEnabled')
  })

  test.each([
    ['pull-token', 'acmeprod.azurecr.io'],
    ['00000000-0000-0000-0000-000000000000', 'acmeprod.azurecr.io'],
    ['acmeprod', 'acmeprod.example.com'],
  ])('is not %s at %s', (username, host) => {
    expect(codesIn(as(username, `${host}/orders/api:7`, refusal(host)))).not.toContain('acr-admin')
  })
})
