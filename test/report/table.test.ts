/** The diagnosis on a screen. */
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { type AdvisedDiagnosis, type AdvisedFinding, withSteps } from '../../src/advice/add-steps.ts'
import type { Invocation } from '../../src/report/invocation.ts'
import { renderPlain } from '../../src/report/machine/plain.ts'
import { renderDiagnosis } from '../../src/report/views/diagnosis.ts'
import type { Gap } from '../../src/snapshot/snapshot.ts'
import { findingOf } from '../advice/situation.ts'
import { attempt, diagnosis, finding, incident, privateImage, storm, typo } from './samples.ts'

const screen = (
  of: AdvisedDiagnosis,
  fields: { width?: number; color?: boolean; invocation?: Invocation; format?: 'wide' } = {},
) =>
  renderDiagnosis(of, {
    format: 'table',
    width: 80,
    color: false,
    terminal: true,
    invocation: { program: 'pullguard', flags: [], fromDump: false, everywhereExcept: [] },
    ...fields,
  })
const lines = (text: string) => text.trimEnd().split('\n')
/** The last command as a shell reads it, with continued lines joined. */
const pasted = (text: string) => text.trimEnd().replace(/ \\\n\s*/g, ' ')
const SECRETS: Gap = { what: 'secrets', namespace: 'web', why: 'forbidden' }

describe('a dump without events', () => {
  const age = (since: string, gaps: Gap[]) => {
    const source = { type: 'file' as const, files: ['pods.json'] }
    const [, row = ''] = lines(renderPlain(diagnosis([typo({ since })], { source, gaps }), 'table'))
    return row.split(/ {2,}/)[5]
  }
  const EVENTS: Gap = { what: 'events', namespace: null, why: 'absent' }

  test('does not show how old its newest pod is, as nothing in it is newer', () => {
    expect(age('2026-11-24T09:59:58Z', [EVENTS])).toBe('<none>')
    expect(age('2026-11-24T09:59:58Z', [])).toBe('2s')
    expect(age('2026-11-24T09:30:00Z', [EVENTS])).toBe('30m')
  })
})

test('of the errors of several logins, the evidence is the one that decided', () => {
  const one =
    'rpc error: code = NotFound desc = failed to pull and unpack image "quay.lan/a/b:2": no match for platform in manifest: not found'
  const other =
    'rpc error: code = Unknown desc = failed to pull and unpack image "quay.lan/a/b:2": failed to resolve reference "quay.lan/a/b:2": pull access denied: 403 Forbidden'
  for (const errors of [
    [one, other],
    [other, one],
  ]) {
    const found = findingOf({ image: 'quay.lan/a/b:2', error: `[${errors.join(', ')}]` })
    const evidence = /evidence +(.*)/.exec(screen(diagnosis([withSteps(found)])))?.[1]
    expect(found.cause).toBe('platform-mismatch')
    expect(evidence).toContain('no match for platform')
    expect(evidence).not.toContain('403')
  }
})

describe('the incident', () => {
  test('is shown by cause, image and workload, and ends in the next step', () => {
    expect(screen(diagnosis(incident))).toMatchInlineSnapshot(`
      "Context prod (https://prod.example), all namespaces

      Error: Docker Hub's limit for anonymous pulls is used up: 3 pods in 2 namespaces
          NAMESPACE    WORKLOAD    POD                                       AGE
        docker.io/calico/kube-controllers:v3.27.0
          kube-system  deployment  calico-kube-controllers-5b9b456c66-r4j2v  5m
        nginx
          default      deployment  fifthnginx-5d4f8c7b9d-x2x7k               12m
          default      deployment  sixthnginx-6d4cf56db6-9xkzv               12m
        meaning     Anonymous pulls are limited per IP address, shared with everyone
                    behind it. Docker Hub refuses more until the limit resets.
        evidence    … 429 Too Many Requests - Server message: toomanyrequests: You
                    have reached your unauthenticated pull rate limit.
                    https://www.docker.com/increase-rate-limit
        credential  the pod has no login, so the pull is anonymous
        what to do  1. Give the pods this machine's login for Docker Hub (run \`docker
                       login\` first), so their pulls count against that account:
                         pullguard fix --all-namespaces --affected
                    2. Or pull official images from another registry, without a login:
                         pullguard fix -n default --replace-registry \\
                           docker.io=public.ecr.aws/docker --no-authenticate
                    3. Wait until the limit resets (Docker Hub: six hours); the
                       kubelet retries on its own.

      3 of 50,000 pods in all namespaces of prod can't pull their images: Docker Hub's
      rate limit.
      Next (helps all 3 pods): pullguard fix --all-namespaces --affected
      "
    `)
  })

  test('as a kubectl plugin suggests commands of the plugin', () => {
    expect(
      lines(
        screen(diagnosis(incident), {
          invocation: { program: 'kubectl pullguard', flags: [], fromDump: false, everywhereExcept: [] },
        }),
      ).at(-1),
    ).toBe('Next (helps all 3 pods): kubectl pullguard fix --all-namespaces --affected')
  })

  test('has summary and next step on one line if there is room', () => {
    expect(lines(screen(diagnosis(incident), { width: 200 })).at(-1)).toBe(
      "3 of 50,000 pods in all namespaces of prod can't pull their images: Docker Hub's rate limit. Next (helps all 3 pods): pullguard fix --all-namespaces --affected",
    )
  })

  test('in one namespace gets a fix for that namespace', () => {
    expect(lines(screen(diagnosis(incident.slice(1)))).at(-1)).toBe(
      'Next (helps both pods): pullguard fix -n default',
    )
  })
})

describe('a long next step without a command', () => {
  const found: AdvisedFinding = { ...finding(), steps: [{ code: 'raise-limits' }] }
  const last = (width: number) =>
    screen(diagnosis([found]), { width })
      .replace(/\s+/g, ' ')
      .split(' Next: ')
      .at(-1) ?? ''

  test('is repeated on the last line without its side remarks', () => {
    expect(last(80)).toMatch(/^Restart the container runtime on node \S+, which frees what it holds\. $/)
  })

  test('is repeated as a whole where lines have no end', () => {
    expect(last(Number.POSITIVE_INFINITY)).toMatch(/, which frees what it holds; if the error .*\. $/)
  })
})

test('a broken secret and a typo are named, and what could not be read comes before the last line', () => {
  expect(screen(diagnosis([privateImage(), typo()], { gaps: [SECRETS] }))).toMatchInlineSnapshot(`
    "Context prod (https://prod.example), all namespaces

    Error: ghcr.io refused the pull, and the pod's pull secret can't be used: 1 pod
      NAMESPACE  WORKLOAD         POD              AGE  IMAGE
      payments   statefulset/api  api-7c9d8-abcde  12m  ghcr.io/acme/api:v2
      meaning     The pods name a pull secret, but the kubelet finds no usable login
                  in it for this image.
      evidence    … failed to authorize: failed to fetch anonymous token: unexpected
                  status: 401 Unauthorized
      credential  secret payments/regcred has the wrong type Opaque, so the kubelet
                  ignores it
      what to do  1. Recreate secret regcred with the type
                     kubernetes.io/dockerconfigjson, for example with \`kubectl
                     create secret docker-registry\` and --docker-server=ghcr.io, or
                     correct it where it is created: it has the wrong type Opaque,
                     so the kubelet ignores it.
                  2. Run \`docker login ghcr.io\` with an account that can pull the
                     image; the password is a personal access token (classic) with
                     read:packages, authorized for the organization if that enforces
                     single sign-on (SSO). Then distribute that login:
                       pullguard fix -n payments
                  3. See what the kubelet reads in each pull secret:
                       pullguard why payments/api-7c9d8-abcde

    Error: registry.example:5000 has no image with this name and tag: 1 pod
      NAMESPACE  WORKLOAD         POD     AGE  IMAGE
      web        deployment/shop  shop-1  12m  registry.example:5000/shop:1.27.O
      meaning     The registry says that the repository, the tag, or the digest does
                  not exist: it is misspelled, was never pushed, or was removed.
                  Some registries (Nexus, Artifactory) say so to anyone without a
                  login too.
      evidence    … registry.example:5000/shop:1.27.O: not found
      what to do  1. Check the name and the tag of registry.example:5000/shop:1.27.O
                     for a typo, and whether it was ever pushed or has been removed
                     (the tag has a letter O where a zero is likely: 1.27.0).
                  2. Ask the registry whether the image exists and which login can
                     pull it (costs no pulls):
                       pullguard diagnose -n web --check-images
                  3. Set the correct image (in Git or the chart's values, if those
                     manage this workload):
                       kubectl -n web set image deployment/shop \\
                         shop=registry.example:5000/shop:<tag>

    Not everything could be read:
      secrets in web: access denied; whether those pulls had a login is unknown
        → ask for permission to get and list secrets (a Role in web)

    2 of 50,000 pods in all namespaces of prod can't pull their images: access
    denied by ghcr.io (1) and image not found (1).
    Next (for 1 of 2 pods): Recreate secret regcred with the type
    kubernetes.io/dockerconfigjson, for example with \`kubectl create secret
    docker-registry\` and --docker-server=ghcr.io, or correct it where it is created:
    it has the wrong type Opaque, so the kubelet ignores it.
    "
  `)
})

const NO_PODS = { pods: 0, failingPods: 0, causes: {} }

describe('no findings', () => {
  test.each<[string, Partial<AdvisedDiagnosis>, string]>([
    [
      'with everything read',
      {},
      'No image pulls are failing in all namespaces of prod (50,000 pods checked).\n',
    ],
    [
      'with everything read of what has some labels',
      { scope: { namespaces: null, labelSelector: 'app=shop' } },
      'No image pulls are failing for pods with app=shop in all namespaces of prod\n(50,000 pods checked).\n',
    ],
    [
      'in an empty namespace',
      { summary: NO_PODS, scope: { namespaces: ['web'], labelSelector: null } },
      'No pods in namespace web of prod. Nothing to diagnose. -A checks every\nnamespace.\n',
    ],
    [
      'in an empty cluster',
      { summary: NO_PODS },
      'No pods in all namespaces of prod. Nothing to diagnose.\n',
    ],
    [
      'with a selector that nothing has',
      { summary: NO_PODS, scope: { namespaces: null, labelSelector: 'app=shpo' } },
      'No pods with app=shpo in all namespaces of prod. Nothing to diagnose.\n',
    ],
    [
      'in an empty dump',
      { summary: NO_PODS, source: { type: 'file', files: ['-'] } },
      'No pods in the dump. Nothing to diagnose.\n',
    ],
  ])('%s is reported in one sentence', (_name, fields, expected) => {
    expect(screen(diagnosis([], fields))).toBe(expected)
  })

  test('with gaps do not count as healthy', () => {
    const gaps: Gap[] = [
      SECRETS,
      ...['a', 'b', 'c', 'd', 'e'].map(namespace => ({ ...SECRETS, what: 'pods', namespace })),
      { what: 'events', namespace: null, why: 'timeout' },
    ]
    expect(screen(diagnosis([], { gaps }))).toMatchInlineSnapshot(`
      "Not everything could be read:
        secrets in web: access denied; whether those pulls had a login is unknown
          → ask for permission to get and list secrets (a Role in web)
        pods in 5 namespaces (a, b, c, and 2 more): access denied; failing pulls there
        can't be detected
          → ask for permission to get and list pods (a ClusterRole, or a Role in each)
        events in the whole cluster: no answer in time; the kubelet's messages may be
        missing: causes may be reported as \`other\`, and why a new pod is waiting may
        be unknown
          → run the command again, or with a longer --request-timeout

      No failing pull found in all namespaces of prod (50,000 pods checked), but 3
      things could not be read, so there may be failures that pullguard can't see.
      "
    `)
  })
})

describe('many failing pods', () => {
  test('of five causes are summed up, each cause with its next step, however many pods there are', () => {
    const shown = lines(screen(diagnosis(storm)))
    expect(shown.filter(line => line.startsWith('  what to do'))).toHaveLength(5)
    // More pods add no line: only counts grow.
    const twice = [...storm, ...storm.map(one => ({ ...one, pod: `${one.pod}-again` }))]
    expect(lines(screen(diagnosis(twice))).length).toBe(shown.length)
    expect(shown).toContain('  … and 92 more pods of 68 more workloads (-o wide shows all)')
  })

  test('of five causes with one pod each have a line instead of two where that loses nothing', () => {
    const text = screen(diagnosis(storm.slice(0, 5)))
    expect(text).toContain('\n  team-1/worker-1 of deployment/worker-1, image ghcr.io/acme/api:v2, for 12m\n')
    expect(text).toContain('\n  team-2/worker-2 (deployment), image ')
    expect(text).not.toContain('NAMESPACE')
    expect(text).toMatch(/^-o wide shows \d+ more steps\.$/m)
  })

  test('of several causes with one pod each keep long names whole, the image on a line of its own', () => {
    const long = {
      namespace: 'recommendations',
      pod: 'recommendation-worker-7c9d8f5b44-mm2pq',
      workload: { kind: 'Deployment', name: 'recommendation-worker' },
    }
    const text = screen(diagnosis([finding(long), privateImage(), typo(), ...storm.slice(3, 5)]))
    expect(text).toContain(
      "\nError: Docker Hub's limit for anonymous pulls is used up\n" +
        '  recommendations/recommendation-worker-7c9d8f5b44-mm2pq (deployment), for 12m\n' +
        '  image nginx\n' +
        '  evidence ',
    )
  })

  test('of several causes have short steps, and the whole ones where there is room', () => {
    const whole = 'so their pulls count against that account'
    expect(screen(diagnosis(storm))).not.toContain(whole)
    expect(screen(diagnosis(storm.slice(0, 5)), { format: 'wide' }).replace(/\s+/g, ' ')).toContain(whole)
  })

  test('have no second command behind one that the sentence names', () => {
    const text = screen(diagnosis(storm.slice(0, 5)))
    expect(text).toContain('(`docker login` first):\n                pullguard fix -n team-0\n')
  })

  test('of more causes than fit are counted', () => {
    const causes = Array.from({ length: 20 }, (_, index) =>
      privateImage({ registry: `r${index}.example`, pod: `p-${index}` }),
    )
    expect(screen(diagnosis(causes))).toContain('… and 12 pods with 12 more causes: -o wide shows all.')
  })

  test('a long error is cut at its beginning, because the reason is at its end', () => {
    expect(screen(diagnosis(storm)).replace(/\s+/g, ' ')).toContain(
      'You have reached your unauthenticated pull rate limit.',
    )
  })
})

describe('the wide screen', () => {
  test('names every pod, its container and its node, and omits nothing', () => {
    const many = storm.slice(0, 110)
    const shown = screen(diagnosis(many), { format: 'wide' })
    expect(shown).not.toContain('…')
    for (const { pod } of many) expect(shown).toContain(pod)
  })

  test('keeps the most important line last', () => {
    const shown = lines(screen(diagnosis(incident), { format: 'wide' }))
    expect(shown.slice(0, 8)).toMatchInlineSnapshot(`
      [
        "Context prod (https://prod.example), all namespaces",
        "",
        "Error: Docker Hub's limit for anonymous pulls is used up: 3 pods in 2 namespaces",
        "    NAMESPACE    WORKLOAD                            PODS   AGE",
        "  docker.io/calico/kube-controllers:v3.27.0",
        "    kube-system  deployment/calico-kube-controllers  1 pod  5m",
        "      calico-kube-controllers-5b9b456c66-r4j2v",
        "        calico-kube-controllers on node-1  ImagePullBackOff",
      ]
    `)
    expect(shown.at(-1)).toBe('Next (helps all 3 pods): pullguard fix --all-namespaces --affected')
  })
})

describe('bare pods, which no controller recreates', () => {
  const empty = attempt({ problem: 'no-entries' })
  const bare = [
    finding({ workload: null, pod: 'one' }),
    privateImage({ workload: null, pod: 'two', credential: { status: 'broken', attempts: [empty] } }),
  ]

  test('get a command that recreates them', () => {
    const shown = screen(diagnosis(bare))
    expect(pasted(shown)).toMatch(
      /Next \(helps both pods\): pullguard fix --all-namespaces --affected --registry docker.io --registry ghcr.io --recreate-bare-pods$/,
    )
    expect(shown).toContain('pullguard fix -n payments --recreate-bare-pods')
  })

  test('beside other pods do not change the command: the plan mentions them', () => {
    const shown = screen(diagnosis([...bare, finding({ namespace: 'web' })]))
    expect(pasted(shown)).not.toContain(
      '--affected --registry docker.io --registry ghcr.io --recreate-bare-pods',
    )
    expect(pasted(shown)).toMatch(/--affected --registry docker.io --registry ghcr.io$/)
  })
})

/** A single word, which can follow a label or the mark of an omission. */
const ONE_WORD = /^ +(?:[a-z ]+ {2,})?(?:… )?\S+$/

describe('at any width', () => {
  const all = diagnosis([...incident, privateImage(), typo(), ...storm.slice(0, 110)], { gaps: [SECRETS] })

  test('no line is wider than the terminal unless one name or URL is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 200 }), width => {
        for (const format of [{}, { format: 'wide' as const }]) {
          const wide = lines(screen(all, { width, ...format })).filter(line => stringWidth(line) > width)
          for (const line of wide) expect(line).toMatch(ONE_WORD)
        }
      }),
      { numRuns: 4, examples: [[60], [80]] },
    )
  })

  test('a name too long for a row gets a line of its own, whole', () => {
    const name = 'x'.repeat(200)
    const shown = screen(diagnosis([finding({ workload: { kind: 'Deployment', name } })]))
    expect(lines(shown)).toContain(`      deployment/${name}`)
  })

  test('color changes only the color', () => {
    const colored = screen(all, { color: true })
    expect(colored).toContain('\u001b[')
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(screen(all))
  })
})

describe('where it looked', () => {
  const opening = (fields: Partial<AdvisedDiagnosis>) => lines(screen(diagnosis(incident, fields)))[0]

  test('is the first line: context, namespaces, and labels, or the files and their date', () => {
    const labelSelector = 'app=shop'
    expect(opening({ scope: { namespaces: ['web'], labelSelector } })).toBe(
      'Context prod (https://prod.example), namespace web, pods with app=shop',
    )
    expect(opening({ source: { type: 'file', files: ['a.json', '-'] } })).toBe(
      'Dump a.json and standard input (as of 2026-11-24 10:00 UTC), all namespaces',
    )
  })
})

test('many namespaces are summed up, and the rows shown are of different ones', () => {
  const shown = lines(screen(diagnosis(storm), { width: 120 }))
  const counts = shown.filter(line => line.startsWith('  namespaces'))
  expect(counts[0]).toBe(
    '  namespaces  team-0 13, team-5 13, team-10 13, team-15 13, team-20 12, team-25 12, … (8 namespaces)',
  )
  const [first, second] = shown.filter(line => /^ +team-\d+ /.test(line))
  expect(first?.trim().split(' ')[0]).not.toBe(second?.trim().split(' ')[0])
  expect(counts).toHaveLength(5)
})

test('as text nothing is wrapped, and the words are those of the screen', () => {
  const options = {
    color: false,
    terminal: false,
    invocation: { program: 'pullguard', flags: [], fromDump: false, everywhereExcept: [] },
  }
  const width = Number.POSITIVE_INFINITY
  const text = renderDiagnosis(diagnosis(incident), { format: 'text', width, ...options })
  const joined = (of: string) => of.replace(/ \\\n/g, '').replace(/\s+/g, ' ')
  expect(lines(text).at(-1)).toMatch(/^3 of 50,000 pods .* Next \(helps all 3 pods\): pullguard fix/)
  expect(joined(text)).toContain(
    'meaning Anonymous pulls are limited per IP address, shared with everyone behind it. Docker Hub refuses more until the limit resets. evidence',
  )
})
