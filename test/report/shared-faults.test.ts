/** Reports on what belongs to more than the one pull: a node's clock, a mirror's account, and a visibility that has changed. */
import { describe, expect, test } from 'vitest'
import { withSteps } from '../../src/advice/add-steps.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { groupByCause } from '../../src/report/group.ts'
import { titleOf } from '../../src/report/words/causes.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import { container, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'
import { HERE as invocation } from './samples.ts'
import { heldOn, textsOf } from './texts-of.ts'

describe('a wrong clock', () => {
  const late = (host: string) =>
    `Head "https://${host}/v2/a/manifests/1": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2027-03-09T09:37:00Z is after 2027-02-05T23:59:59Z`
  const failing = (name: string, host: string, error: string, node = 'node-1') =>
    pod({
      name,
      uid: name,
      node,
      containers: [container({ image: `${host}/a:1`, state: waiting('ErrImagePull', error) })],
    })
  const groupsOf = (...pods: ReturnType<typeof pod>[]) =>
    groupByCause(diagnose(snapshot({ pods })).findings.map(withSteps), invocation)

  test('is one fault at every registry, and more urgent than a fault of fewer pods', () => {
    const [clock, tag, ...others] = groupsOf(
      failing('a', 'a.example', 'a.example/a:1: not found'),
      failing('b', 'b.example', late('b.example')),
      failing('c', 'c.example', late('c.example')),
    )
    expect(others).toEqual([])
    expect(tag?.pods).toBe(1)
    expect(clock?.pods).toBe(2)
    expect(clock && titleOf(clock)).toMatch(/^The clock of node node-1 is .* so certificates look invalid/)
  })

  test('names the one registry, or counts the nodes', () => {
    const titles = (...pods: ReturnType<typeof pod>[]) => groupsOf(...pods).map(titleOf)
    const one = failing('b', 'b.example', late('b.example'))
    expect(titles(one)).toEqual([expect.stringContaining('the certificate of b.example looks invalid')])
    expect(titles(one, failing('c', 'c.example', late('c.example'), 'node-2'))).toEqual([
      'The clocks of 2 nodes are wrong, so certificates look invalid to them',
    ])
  })
})

test('several images for policy Never are loaded onto a new node in one step', () => {
  const never = (name: string) =>
    pod({
      name,
      uid: name,
      node: 'node-9',
      containers: [
        container({
          image: `edge/${name}:5`,
          state: waiting(
            'ErrImageNeverPull',
            `Container image "edge/${name}:5" is not present with pull policy of Never`,
          ),
        }),
      ],
    })
  const preloaded = ['a', 'b'].map(name => ({ reference: `docker.io/edge/${name}:5`, nodes: ['node-1'] }))
  const { findings } = diagnose(snapshot({ pods: [never('a'), never('b')], preloaded }))
  const firstOf = (advised: typeof findings) =>
    groupByCause(advised.map(withSteps), invocation).map(group => stepsOf(group.findings, invocation)[0].text)
  expect(firstOf(findings)).toEqual([
    expect.stringMatching(
      /^Load docker\.io\/edge\/a:5 and the other images .* node-9 too, as on other nodes:/,
    ),
  ])
  expect(firstOf(findings.slice(0, 1))).toEqual([
    expect.stringMatching(/^Load docker\.io\/edge\/a:5 on node node-9 too, as on node node-1:/),
  ])
})

describe("a mirror at Docker Hub's limit", () => {
  const limited = (account: string) =>
    `unexpected status from GET request to https://hub.acme.example/v2/grafana/grafana/manifests/11?ns=docker.io: 429 Too Many Requests\ntoomanyrequests: You have reached your pull rate limit as '${account}': dckr_jti_x=. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit`
  const image = 'grafana/grafana:11'

  test.each([undefined, 'docker.io'])(
    'has an account of its own, if the pod has no such one (login: %s)',
    login => {
      const { all, first } = textsOf({ image, error: limited('acmecorp'), ...(login && { login }) })
      expect(first).toMatch(
        /^Raise the limit of account acmecorp, or give the mirror hub\.acme\.example another one/,
      )
      expect(all).toContain('pull limit for account acmecorp is used up (answered through hub.acme.example)')
      expect(all).not.toMatch(/let it use its own login|one address/i)
    },
  )

  test("passes on the pod's login, if that is the account", () => {
    const { all } = textsOf({ image, error: limited('acme'), login: 'docker.io' })
    expect(all).not.toMatch(/the pods' logins don't count there/)
    expect(all).toContain('pull limit for the account is used up')
  })
})

describe('an image that other nodes have without a login', () => {
  const refused = (host: string) => {
    const image = `${host}/acme/web:2`
    const error = `failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${host}/token?scope=repository%3Aacme%2Fweb%3Apull&service=${host}: 401 Unauthorized`
    return textsOf({ image, error, held: [heldOn(image)] })
  }

  test('may have been public, where images can be, so that a login of the pod comes first', () => {
    const { all, first } = refused('ghcr.io')
    expect(first).toMatch(/^Run docker login ghcr\.io|^Run `docker login ghcr\.io`/)
    expect(all).toMatch(
      /make it public[\s\S]*See whether node node-2 has a login .* perhaps while it was public/,
    )
  })

  test("came with the nodes' own login to a registry of one's own", () => {
    const { first } = refused('harbor.example')
    expect(first).toMatch(/^See whether node node-2 has a login/)
    expect(first).not.toContain('public')
  })
})
