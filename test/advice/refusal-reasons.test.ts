/** Refusals in which the registry says why: the login itself, something that is switched off, or a reason of its own. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { clueOf, hasClue } from '../../src/diagnosis/clues/clue.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import type { Lapse } from '../../src/diagnosis/refusal/lapse.ts'
import { findingOf } from './situation.ts'

/** What user names are at registries that know only some. */
const USERS = new Map([
  ['cr.yandex', 'oauth'],
  ['gcr.io', '_json_key'],
  ['fra.ocir.io', 'ns/jane'],
])

const answered = (registry: string, message: string, login: string | null = registry) =>
  findingOf({
    image: `${registry}/a/b:1`,
    ...(login !== null && {
      secret: { entries: [{ key: login, username: USERS.get(registry) ?? 'acme', problem: null }] },
    }),
    error: `Error response from daemon: Head "https://${registry}/v2/a/b/manifests/1": ${message}`,
  })

test.each([
  [
    'IBM Cloud',
    'de.icr.io',
    'unauthorized: The login credentials are not valid, or your IBM Cloud account is not active.',
  ],
  [
    'Yandex Cloud',
    'cr.yandex',
    'unauthorized: Password is invalid - must be OAuth token. Read more: https://cloud.yandex.ru/docs ; requestId = 4a94',
  ],
  [
    'Quay, a robot',
    'quay.io',
    'unauthorized: Could not find robot with username: acme+ci and supplied password.',
  ],
  [
    'Quay, a user',
    'quay.io',
    'unauthorized: This user has been disabled. Please contact your administrator.',
  ],
  ['Google', 'gcr.io', 'unknown: Unable to parse json key.'],
  ['Artifactory', 'acme.jfrog.io', 'unauthorized: Token failed verification: expired'],
  [
    'Azure, a secret',
    'acme.azurecr.io',
    "unauthorized: AADSTS7000222: The provided client secret keys for app '1234-5678' are expired.",
  ],
  ['Azure, a user', 'acme.azurecr.io', 'unauthorized: AADSTS50057: The user account is disabled.'],
  ['Harbor', 'harbor.example', 'unauthorized: robot account robot$acme+ci is expired'],
  ['Harbor, a robot', 'harbor.example', 'unauthorized: robot account robot$acme+ci is suspended'],
  ['a registry, a user', 'registry.example', 'unauthorized: user account has been suspended'],
  ['Oracle', 'fra.ocir.io', 'unauthorized: Unknown or bad credentials'],
  ['Scaleway', 'rg.fr-par.scw.cloud', 'denied: The secret key that you provided is not valid'],
  ['DigitalOcean', 'registry.digitalocean.com', 'unauthorized: the API token was revoked'],
  ['Gitea', 'gitea.example', 'unauthorized: user does not exist'],
])('a login that %s calls wrong is renewed, and the name is not in question', (_name, registry, message) => {
  const found = answered(registry, message)
  expect(found).toMatchObject({ cause: 'auth-required-or-denied', subcause: 'credential-refused' })
  const codes = stepsFor(found).map(({ code }) => code)
  expect(codes[0]).toBe('distribute-login')
  expect(codes).not.toContain('check-name')
})

test.each<[string, string, Lapse, string | null]>([
  [
    'us-docker.pkg.dev',
    'denied: This API method requires billing to be enabled. Please enable billing on project #123456 by visiting https://console.developers.google.com/billing/enable?project=123456 then retry.',
    'billing',
    '123456',
  ],
  [
    'gcr.io',
    `error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: "<?xml version='1.0' encoding='UTF-8'?><Error><Code>UserProjectAccountProblem</Code><Message>User project billing account not in good standing.</Message></Error>"`,
    'billing',
    null,
  ],
  [
    'gcr.io',
    'denied: Artifact Registry API has not been used in project 215900959124 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/artifactregistry.googleapis.com/overview?project=215900959124 then retry.',
    'api',
    '215900959124',
  ],
  [
    'gcr.io',
    "denied: Token exchange failed for project 'acme-248214'. Please enable Google Container Registry API in Cloud Console at https://console.cloud.google.com/apis/api/containerregistry.googleapis.com/overview?project=acme-248214 before performing this operation.",
    'api',
    'acme-248214',
  ],
  [
    'eu-docker.pkg.dev',
    "denied: Permission denied: Consumer 'project:acme-prod' has been suspended.",
    'project',
    'acme-prod',
  ],
  ['eu-docker.pkg.dev', "denied: Project 'acme-prod' has been deleted.", 'project', 'acme-prod'],
  [
    'acme.azurecr.io',
    'denied: The subscription 1234-5678 is disabled and therefore marked as read only.',
    'subscription',
    null,
  ],
  [
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    'denied: The AWS Access Key Id needs a subscription for the service',
    'subscription',
    null,
  ],
  ['acme.azurecr.io', 'unexpected status: 403 Forbidden\ndenied: key vault access denied', 'key', null],
  ['registry.example', 'denied: the license of this instance has expired', 'license', null],
  [
    'quay.io',
    'denied: Namespace acme has been disabled. Please contact a system administrator.',
    'account',
    null,
  ],
  ['quay.io', 'unknown: Namespace acme has been disabled.', 'account', null],
  ['docker.cloudsmith.io', 'unexpected status: 402 Payment Required', 'plan', null],
  ['nvcr.io', 'unexpected status: 402 Payment Required', 'plan', null],
  ['registry.example', 'denied: The organization acme is suspended for unpaid invoices', 'billing', null],
  ['acme.jfrog.io', 'denied: Your subscription has expired', 'subscription', null],
])('%s says "%s", which only an owner can change', (registry, message, what, project) => {
  const found = answered(registry, message, null)
  expect(found.subcause).toBe('blocked')
  expect(stepsFor(found)[0]).toEqual({
    code: 'restore-service',
    registry,
    what,
    project,
    ofCaller: /\byour\b/i.test(message) || registry === 'nvcr.io',
  })
  expect(found.remedies).toEqual([])
})

test.each([
  [
    'us-docker.pkg.dev',
    "denied: Request is disallowed by organization's constraints/gcp.restrictServiceUsage constraint for 'projects/acme'",
    'blocked',
    'pass-perimeter',
  ],
  ['ghcr.io', 'denied: access token has insufficient scopes', 'not-permitted', 'token-scope'],
])('%s says "%s", which is %s', (registry, message, subcause, first) => {
  const found = answered(registry, message)
  expect(found.subcause).toBe(subcause)
  expect(stepsFor(found)[0].code).toBe(first)
})

test.each([
  ['Your account has been disabled', true],
  ['Namespace acme has been disabled. Please contact your account manager.', false],
  ["Namespace acme has been disabled. Ask your organization's owner.", false],
])('"%s" is about the caller: %s', (message, ofCaller) => {
  const found = answered('registry.example', `denied: ${message}`, null)
  expect(clueOf(found.clues, 'lapsed')).toMatchObject({ what: 'account', ofCaller })
})

test.each([
  ['fork/exec /opt/bin/acr-credential-provider: permission denied', 'program'],
  ['exit status 1: open /etc/kubernetes/azure.json: no such file or directory', 'other'],
])('a credential provider that fails with "%s" has this problem: %s', (reason, problem) => {
  const found = answered(
    'acme.azurecr.io',
    `error execing credential provider plugin acr-credential-provider for image acme.azurecr.io/a/b: ${reason}`,
    null,
  )
  expect(clueOf(found.clues, 'provider-reason')?.problem).toBe(problem)
})

test('the reason of a credential provider ends before the rest of a line of a log', () => {
  const why = 'fork/exec /opt/bin/ecr-credential-provider: no such file or directory'
  const found = answered(
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    `{"ts":1.2,"msg":"error execing credential provider plugin ecr-credential-provider for image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b: ${why}: "}`,
    null,
  )
  expect(clueOf(found.clues, 'provider-reason')?.reason).toBe(why)
})

test.each([
  ['dummy_image', true],
  ['acme/dummy_image:1', false],
  ['docker.io/acme/app:1.2.BUILD-SNAPSHOT.4', false],
])('%s has something to fill in: %s', (image, isPlaceholder) => {
  const found = findingOf({ image, error: 'manifest unknown' })
  expect(hasClue(found.clues, 'placeholder')).toBe(isPlaceholder)
})

describe('a cache rule of Azure Container Registry', () => {
  const SEEN = 'acmehub.azurecr.io'
  const find = (error: string) => findingOf({ image: `${SEEN}/hub/a/b:1`, error, login: SEEN })
  const DENIED =
    "pull access denied for it, repository does not exist or may require 'docker login': denied: requested access to pull from source 'docker.io/library/a/b' for cache rule 'hub-rule' has been denied."

  test.each([
    [DENIED, 'auth-required-or-denied', 'docker.io/library/a/b'],
    [
      "unauthorized: authentication required with source registry for cache rule 'hub-rule'",
      'auth-required-or-denied',
      null,
    ],
    [
      "request to pull from source 'dhi.io/a' for cache rule 'hub-rule' has failed",
      'registry-server-error',
      'dhi.io/a',
    ],
  ])(
    'is corrected where its source or its login failed, and no login of a pod: %s',
    (error, cause, source) => {
      const found = find(`Error response from daemon: ${error}`)
      const steps = stepsFor(found).filter(({ code }) => code !== 'wait')
      expect(found).toMatchObject({ cause, remedies: [] })
      const rule = { code: 'cache-rule', registry: SEEN, rule: 'hub-rule', source }
      expect(steps).toEqual([
        { ...rule, about: 'source' },
        { ...rule, about: 'login' },
      ])
    },
  )

  test('that its source limits gets a login of its own, not the pod', () => {
    const found = find("toomanyrequests: too many requests to source registry for cache rule 'hub-rule'.")
    expect(found).toMatchObject({ cause: 'rate-limited', remedies: [] })
    expect(stepsFor(found).map(({ code }) => code)).toEqual(['cache-rule', 'wait'])
  })

  test('refused its request, which says nothing of the login of the pod', () => {
    expect(find(DENIED).subcause).toBe('upstream')
  })
})

describe('another place of the image', () => {
  const codesFor = (message: string) =>
    stepsFor(answered('registry.example', message)).map(({ code }) => code)

  test('gets a login if its host is well known', () => {
    const codes = codesFor('denied: this repo is only available on registry.redhat.io')
    expect(codes.slice(0, 2)).toEqual(['use-host', 'distribute-login'])
  })

  test('gets none if any registry could have chosen that host', () => {
    const codes = codesFor('denied: this repo is only available on registry.other.example')
    expect(codes[0]).toBe('use-host')
    expect(codes).not.toContain('distribute-login')
  })

  test('is not a web site about the image', () => {
    const codes = codesFor('denied: this image is now available at developer.acme.example/images')
    expect(codes).not.toContain('use-host')
  })
})

describe('a reason that is not known', () => {
  test.each([
    'denied: pulls of this repository are only served between 22:00 and 06:00',
    'unauthorized: this mirror is read by the build machines only',
  ])('is quoted, and not taken for a private or missing image: %s', message => {
    const found = answered('registry.example', message)
    const reason = message.replace(/^\w+: /, '')
    expect(found.subcause).toBe('unspecified')
    expect(stepsFor(found)[0]).toEqual({ code: 'heed-reason', registry: 'registry.example', reason })
  })

  test.each([
    ['registry.example', 'denied: requested access to the resource is denied'],
    ['registry.example', 'unauthorized: authentication required'],
    ['ghcr.io', 'denied: denied'],
    ['quay.io', 'unauthorized: access to the requested resource is not authorized'],
    [
      'harbor.example',
      'unauthorized: unauthorized to access repository: p/app, action: pull: unauthorized to access repository: p/app, action: pull',
    ],
  ])('is none of the words in which %s hides what is missing: %s', (registry, message) => {
    const found = answered(registry, message, null)
    expect(found.subcause).toBe('denied-or-missing')
    expect(clueOf(found.clues, 'own-reason')).toBeUndefined()
  })
})

test('logins for other paths of the registry need one step, for a login beside them', () => {
  const key = 'registry.gitlab.com/acme/clients/one'
  const found = answered('registry.gitlab.com', 'denied: access forbidden', key)
  const attempts = ['a', 'b'].flatMap(secret =>
    found.credential.attempts.map(attempt => ({ ...attempt, secret, mismatch: 'path' as const })),
  )
  const steps = stepsFor({ ...found, credential: { ...found.credential, attempts } })
  expect(steps.filter(({ code }) => code === 'repair-secret')).toEqual([
    expect.objectContaining({ secret: 'a', beside: ['b'] }),
  ])
})

describe('a pull with several logins, of which one was refused', () => {
  const image = 'registry.gitlab.com/acme/platform/base:22'
  const opening = `failed to pull and unpack image "${image}": failed to resolve reference "${image}":`
  const refused = `${opening} failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://gitlab.com/jwt/auth?scope=a&service=container_registry: 401 Unauthorized`
  const denied = `${opening} pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`
  const found = (...errors: string[]) =>
    findingOf({ image, error: `[${errors.join(', ')}]`, login: 'registry.gitlab.com' })
  const withSecrets = (finding: Finding, ...secrets: string[]) => ({
    ...finding,
    credential: {
      ...finding.credential,
      attempts: finding.credential.attempts.flatMap(attempt =>
        secrets.map(secret => ({ ...attempt, secret })),
      ),
    },
  })

  test.each([
    [[refused, denied], ['a', 'b'], { secrets: ['a'], others: ['b'] }],
    [[denied, refused], ['a', 'b'], { secrets: ['b'], others: ['a'] }],
    // Equal errors are listed once.
    [[refused, denied], ['a', 'b', 'c'], { secrets: ['a', 'b', 'c'], others: [] }],
  ])('is judged by what the others were refused: %#', (errors, secrets, expected) => {
    const finding = withSecrets(found(...errors), ...secrets)
    expect(finding.subcause).toBe('denied-or-missing')
    const steps = stepsFor(finding)
    expect(steps[0]).toMatchObject({ code: 'replace-passed-over', ...expected })
    expect(steps.map(({ code }) => code)).not.toContain('remove-login')
  })

  const forbidden = refused.replace('401 Unauthorized', '403 Forbidden')
  test.each([
    ["where the refused one is the node's", [denied, refused], ['a']],
    ["where it may be the node's", [denied, `${opening} context canceled`, refused], ['a', 'b']],
    ['where the account may only lack a permission', [forbidden, denied], ['a', 'b']],
  ])('is not named %s', (_where, errors, secrets) => {
    const steps = stepsFor(withSecrets(found(...errors), ...secrets))
    expect(steps.map(({ code }) => code)).not.toContain('replace-passed-over')
  })
})
