/** The chain of one pod, and how a reference is read, on a screen. */
import { describe, expect, test } from 'vitest'
import type { AdvisedWhy } from '../../src/advice/add-steps.ts'
import type { Obstacle } from '../../src/diagnosis/why-report.ts'
import { renderImages } from '../../src/report/views/images.ts'
import { renderWhy } from '../../src/report/views/why.ts'
import { stepsOf } from '../../src/report/words/steps.ts'
import {
  attempt,
  finding,
  imageCheck,
  imageReading,
  ON_SCREEN,
  privateImage,
  typo,
  why,
  whyContainer,
} from './samples.ts'

const lines = (of: AdvisedWhy) => renderWhy(of, ON_SCREEN).trimEnd().split('\n')

describe('why', () => {
  test('shows the chain in order and ends in the first problem and its fix', () => {
    const healthy = whyContainer({
      container: 'setup',
      kind: 'init',
      image: 'busybox:1.36',
      reference: 'docker.io/library/busybox:1.36',
      registry: 'docker.io',
      attempts: [
        attempt({
          from: 'serviceaccount',
          secret: 'hub',
          key: 'docker.io',
          username: 'acme',
          usable: true,
          problem: null,
        }),
      ],
      verdict: 'authenticated',
      problems: [],
    })
    expect(renderWhy(why({ containers: [healthy, whyContainer()] }), ON_SCREEN)).toMatchInlineSnapshot(`
      "Pod payments/api-0, of statefulset/api, on node node-1, service account api

      Init container setup: busybox:1.36
        reference   docker.io/library/busybox:1.36
        registry    docker.io (Docker Hub)
        policy      IfNotPresent: the kubelet pulls only what is not on the node
        credential  1. secret hub (from the service account): user acme, key docker.io
                    matches
        verdict     authenticated: the kubelet pulls with a login

      Container api: ghcr.io/acme/api:v2
        reference   ghcr.io/acme/api:v2
        registry    ghcr.io
        policy      IfNotPresent: the kubelet pulls only what is not on the node
        credential  1. secret regcred has the wrong type Opaque, so the kubelet
                    ignores it
                    2. secret hub is for https://index.docker.io/v1/ only
        verdict     anonymous: the kubelet pulls without a login
        problems    1. secret regcred has the wrong type Opaque, so the kubelet
                    ignores it
                    2. ghcr.io refused the pull, and the pod's pull secret can't be
                    used
        evidence    Back-off pulling image "ghcr.io/acme/api:v2": ErrImagePull: failed
                    to authorize: failed to fetch anonymous token: unexpected status:
                    401 Unauthorized

      Problem with container api: secret regcred has the wrong type Opaque, so the
      kubelet ignores it.
      Next: Recreate secret regcred with the type kubernetes.io/dockerconfigjson, for
      example with \`kubectl create secret docker-registry\` and
      --docker-server=ghcr.io, or correct it where it is created: it has the wrong
      type Opaque, so the kubelet ignores it.
      "
    `)
  })

  test.each<[string, Partial<AdvisedWhy['containers'][number]>, string, string]>([
    [
      'a malformed secret',
      { problems: [{ code: 'malformed-secret', secret: 'regcred' }] },
      'one such secret fails every image of the pod',
      "    -o go-template='{{range .data}}{{base64decode .}}{{end}}'",
    ],
    [
      'an invalid name',
      {
        image: 'Acme/api',
        reference: null,
        registry: null,
        problems: [{ code: 'invalid-reference', detail: 'upper case' }],
      },
      'Acme/api is not an image name: upper case',
      '  kubectl -n payments set image statefulset/api api=<image>',
    ],
    [
      'policy Never',
      {
        pullPolicy: 'Never',
        problems: [{ code: 'never-pull' }],
        finding: privateImage({ cause: 'never-pull' }),
      },
      'the pull policy is Never',
      '  ctr -n k8s.io images ls -q | grep api',
    ],
    [
      'a service account left out',
      { problems: [{ code: 'service-account-secrets-ignored', serviceAccount: 'api', secrets: ['hub'] }] },
      'those of service account api (hub) are not used',
      '  pullguard fix -n payments',
    ],
    [
      'a service account changed later',
      { problems: [{ code: 'service-account-changed-later', serviceAccount: 'api', secrets: ['hub'] }] },
      'service account api now has pull secrets (hub), which this pod does not name',
      '  pullguard fix -n payments',
    ],
    [
      'a service account changed later than a pod whose list may be its own',
      {
        problems: [
          {
            code: 'service-account-changed-later',
            serviceAccount: 'api',
            secrets: ['hub'],
            unlessListed: true,
          },
        ],
      },
      'which this pod does not name; only new pods without a list of their own get them',
      '  pullguard fix -n payments',
    ],
    [
      'no credential',
      {
        attempts: [],
        problems: [{ code: 'no-credential', registry: 'docker.io' }],
        finding: finding({ namespace: 'payments' }),
      },
      'the pod has no login for Docker Hub',
      '  pullguard fix -n payments',
    ],
    [
      'a login that was not sent',
      { problems: [{ code: 'credential-unused', registry: 'ghcr.io', secrets: ['a', 'b'] }] },
      'ghcr.io saw no login, although secrets a and b have one',
      'pulling without the login.',
    ],
    [
      "a secret that can't be read",
      { problems: [{ code: 'attempt', secret: 'regcred', key: null, problem: 'secret-forbidden' }] },
      "can't be read with your permissions",
      'Next: Ask for permission to get secrets in payments, then run the command again.',
    ],
    [
      'a failed pull',
      { problems: [{ code: 'pull-failed', finding: finding() }] },
      "Docker Hub's limit for anonymous pulls is used up",
      '  pullguard fix -n default',
    ],
  ])('%s is the problem at the end', (_name, fields, expected, last) => {
    const shown = lines(why({ containers: [whyContainer(fields)] }))
    const from = shown.findLastIndex(line => line.startsWith('Problem with container api: '))
    expect(shown.slice(from).join(' ')).toContain(expected)
    expect(shown.at(-1)).toBe(last)
  })

  test('a container that outlasts a fix comes before one that the fix helps, as in a diagnosis', () => {
    const limited = whyContainer({
      container: 'app',
      problems: [{ code: 'pull-failed', finding: finding() }],
      finding: finding(),
    })
    const gone = typo({ container: 'proxy', lasting: true })
    const second = whyContainer({
      container: 'proxy',
      problems: [{ code: 'pull-failed', finding: gone }],
      finding: gone,
    })
    const shown = lines(why({ containers: [limited, second] })).join(' ')
    expect(shown).toContain('Problem with container proxy: registry.example:5000 has no image with this name')
    expect(shown).not.toContain('Problem with container app')
  })

  test('a pull secret that the pod names and that does not exist has the same first step as in a diagnosis', () => {
    const missing = attempt({ problem: 'secret-missing' })
    const found = privateImage({ credential: { status: 'broken', attempts: [missing] } })
    const { secret, key } = missing
    const shown = lines(
      why({
        containers: [
          whyContainer({
            problems: [
              { code: 'attempt', secret, key, problem: 'secret-missing' },
              { code: 'pull-failed', finding: found },
            ],
          }),
        ],
      }),
    ).join(' ')
    const [{ text }] = stepsOf([found], ON_SCREEN.invocation)
    expect(text).toMatch(/^Create secret regcred|^If the image is private, create secret regcred/)
    expect(shown).toContain(`Next: ${text}`)
    expect(shown).toContain('--secret-name regcred')
  })

  test('a complete chain is reported as such, but not one that could only be read in part', () => {
    const intact = why({ containers: [whyContainer({ problems: [], verdict: 'authenticated' })] })
    expect(lines(intact).at(-1)).toBe('No problem found. Nothing to do.')
    const anonymous = (fields: Parameters<typeof whyContainer>[0]) =>
      lines(why({ containers: [whyContainer({ problems: [], verdict: 'anonymous', ...fields })] })).join(' ')
    expect(anonymous({ registry: 'docker.io' })).toContain('Anonymous pulls from Docker Hub share one limit')
    expect(anonymous({ registry: 'ghcr.io' })).not.toContain('share one limit')
    expect(anonymous({ registry: 'docker.io', pullPolicy: 'Never' })).not.toContain('share one limit')
    const gaps = [{ what: 'secrets', namespace: 'payments', why: 'forbidden' as const }]
    expect(lines({ ...intact, gaps }).at(-1)).toBe('No problem found, but not everything could be read.')
  })

  test.each<[Obstacle, string, string]>([
    [
      { code: 'unscheduled', container: null, reason: '' },
      'The scheduler has not found a node for the pod.',
      'describe pod api-0',
    ],
    [
      { code: 'failed', container: null, reason: 'Evicted' },
      'The pod has failed: Evicted.',
      'describe pod api-0',
    ],
    [
      { code: 'not-running', container: 'api', reason: 'CrashLoopBackOff' },
      'Container api is not running: CrashLoopBackOff.',
      'logs api-0 -c api',
    ],
    [
      { code: 'not-running', container: 'api', reason: 'CreateContainerConfigError' },
      'Container api is not running: CreateContainerConfigError.',
      'describe pod api-0',
    ],
    [
      { code: 'starting', container: 'api', reason: 'ContainerCreating' },
      'Container api has not been created yet: ContainerCreating.',
      'describe pod api-0',
    ],
    [
      { code: 'not-ready', container: 'api', reason: '' },
      'Container api is running, but not ready.',
      'describe pod api-0',
    ],
  ])('a pod that does not run for another reason ends in what shows it: %o', (obstacle, sentence, rest) => {
    const containers = [whyContainer({ problems: [], registry: 'docker.io' })]
    const shown = lines(why({ containers, obstacle }))
    const from = shown.findLastIndex(line => line.startsWith('The images are not the problem. '))
    expect(shown.slice(from).join(' ')).toContain(sentence)
    expect(shown.at(-1)).toBe(`  kubectl -n payments ${rest}`)
    expect(shown.join(' ')).not.toContain('share one limit')
  })

  test('a pod that is being deleted does not look healthy, whatever its images are', () => {
    const containers = [whyContainer({ problems: [] })]
    const obstacle = { code: 'deleting', container: null, reason: '' } as const
    const gaps = [{ what: 'events', namespace: 'payments', why: 'forbidden' }] as const
    const shown = lines(why({ containers, obstacle, gaps: [...gaps] }))
    expect(shown).toContain('The pod is being deleted, so its kubelet no longer pulls anything.')
    expect(shown.join(' ')).toMatch(/get pod .* -o jsonpath=.*\.metadata\.finalizers/)
    expect(shown.join(' ')).not.toMatch(/not the problem|Nothing to do/)
  })

  test('what would break if the image were missing is a note, and not a problem', () => {
    const notes = [{ code: 'attempt', secret: 'regcred', key: null, problem: 'wrong-type' }] as const
    const shown = lines(why({ containers: [whyContainer({ problems: [], notes: [...notes] })] })).join('\n')
    expect(shown).toContain('  note        secret regcred has the wrong type Opaque')
    expect(shown).toMatch(/No problem now, but what the notes say may make the next pull fail\.$/)
    expect(shown).not.toContain('Problem with')
  })

  test('a login stored elsewhere is shown below those that the kubelet tries', () => {
    const hints = [{ code: 'in-namespace', namespace: 'shop', secret: 'ghcr' }] as const
    const failed = privateImage({ credential: { status: 'none', attempts: [], hints: [...hints] } })
    const problems = [{ code: 'pull-failed', finding: failed }] as const
    expect(lines(why({ containers: [whyContainer({ problems: [...problems] })] })).join('\n')).toContain(
      '  elsewhere   secret shop/ghcr has a login for the image, but a pod can only use\n',
    )
  })

  test('as a name is an argument for `why`', () => {
    expect(renderWhy(why(), { ...ON_SCREEN, format: 'name' })).toBe('payments/api-0\n')
  })
})

describe('image', () => {
  const bad = imageReading({
    input: 'Nginx',
    valid: false,
    error: 'the repository must be lower case',
    reference: null,
    registry: null,
    repository: null,
    tag: null,
    defaultPullPolicy: 'IfNotPresent',
    countsTowardsDockerHub: false,
  })

  test('shows how each reference is read, and last how many are invalid', () => {
    expect(renderImages([imageReading(), bad], ON_SCREEN)).toMatchInlineSnapshot(`
      "nginx
        reference   docker.io/library/nginx:latest
        registry    docker.io (Docker Hub)
        repository  library/nginx
        tag         latest
        policy      Always by default: the kubelet asks the registry at every start
        Docker Hub  a pull counts toward its limit

      Nginx
        invalid     the repository must be lower case

      1 of 2 image names is invalid.
      "
    `)
  })

  test('ends with how many can be pulled if registries were asked', () => {
    const there = imageReading({ check: imageCheck({ verdict: 'opens-anonymously' }) })
    const gone = imageReading({ check: imageCheck({}) })
    const hidden = imageReading({ check: imageCheck({ verdict: 'denied' }) })
    const last = (...images: Parameters<typeof renderImages>[0]) =>
      renderImages(images, ON_SCREEN).trimEnd().split('\n').at(-1)
    expect(last(there, there)).toBe('Both images can be pulled.')
    expect(last(there, gone, hidden, { ...bad, check: null })).toBe(
      '1 of 4 images can be pulled, 1 does not exist, 1 name is invalid, and 1 could not be determined.',
    )
  })

  test('puts several into a table where it fits, what is invalid below it', () => {
    const second = imageReading({ input: 'redis:7', reference: 'docker.io/library/redis:7' })
    const shown = (width: number) => renderImages([imageReading(), bad, second], { ...ON_SCREEN, width })
    expect(shown(80)).toMatchInlineSnapshot(`
      "IMAGE    REFERENCE                       DEFAULT POLICY  DOCKER HUB LIMIT
      nginx    docker.io/library/nginx:latest  Always          counts
      redis:7  docker.io/library/redis:7       Always          counts

      Nginx
        invalid     the repository must be lower case

      1 of 3 image names is invalid.
      "
    `)
    expect(shown(70)).toMatch(/^REFERENCE +DEFAULT POLICY +DOCKER HUB LIMIT$/m)
    expect(shown(40)).toMatch(/^ {2}reference +docker.io\/library\/redis:7$/m)
  })

  test('prints one row for each reference in a pipe', () => {
    const rows = renderImages([imageReading(), bad], { ...ON_SCREEN, terminal: false })
      .trimEnd()
      .split('\n')
    expect(rows.map(row => row.split(/ {2,}/))).toEqual([
      [
        'INPUT',
        'VALID',
        'REFERENCE',
        'REGISTRY',
        'REPOSITORY',
        'TAG',
        'DIGEST',
        'POLICY',
        'DOCKER-HUB',
        'ERROR',
      ],
      [
        'nginx',
        'true',
        'docker.io/library/nginx:latest',
        'docker.io',
        'library/nginx',
        'latest',
        '<none>',
        'Always',
        'true',
        '<none>',
      ],
      [
        'Nginx',
        'false',
        '<none>',
        '<none>',
        '<none>',
        '<none>',
        '<none>',
        'IfNotPresent',
        'false',
        'the repository must be lower case',
      ],
    ])
  })

  test('as a name is the full reference', () => {
    expect(renderImages([imageReading()], { ...ON_SCREEN, format: 'name' })).toBe(
      'docker.io/library/nginx:latest\n',
    )
  })
})
