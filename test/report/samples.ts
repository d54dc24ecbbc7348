/** Diagnoses for this room's tests: the known incident, and builders for larger ones. */
import {
  type AdvisedContainer,
  type AdvisedDiagnosis,
  type AdvisedFinding,
  type AdvisedWhy,
  withSteps,
} from '../../src/advice/add-steps.ts'
import type { Attempt } from '../../src/diagnosis/credential/credential-report.ts'
import type { Cause, Finding } from '../../src/diagnosis/finding.ts'
import { isUnlikelyToRecover } from '../../src/diagnosis/recovery-prospects.ts'
import type { CheckedReading } from '../../src/report/views/images.ts'
import type { ImageAsk } from '../../src/snapshot/image-check.ts'
import type { JudgedCheck } from '../../src/snapshot/image-verdict.ts'
import { UNKNOWN_NODE } from '../diagnosis/snapshots.ts'

/** How the program was called. */
export const HERE = { program: 'pullguard', flags: [], fromDump: false }

export const AS_JSON = { format: 'json', width: 80, color: false, terminal: false, invocation: HERE } as const
export const ON_SCREEN = {
  format: 'table',
  width: 80,
  color: false,
  terminal: true,
  invocation: HERE,
} as const

const LIMITED =
  'Failed to pull image "nginx": failed to pull and unpack image "docker.io/library/nginx:latest": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/sha256:0d17b565: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit'

export function finding(fields: Partial<Finding> = {}): AdvisedFinding {
  return withSteps({
    cause: 'rate-limited',
    subcause: 'anonymous',
    severity: 'error',
    namespace: 'default',
    pod: 'fifthnginx-5d4f8c7b9d-x2x7k',
    container: 'nginx',
    containerKind: 'container',
    workload: { kind: 'Deployment', name: 'fifthnginx' },
    node: 'node-1',
    image: 'nginx',
    reference: 'docker.io/library/nginx:latest',
    registry: 'docker.io',
    endpoint: { host: 'registry-1.docker.io', role: 'registry' },
    moved: null,
    reason: 'ImagePullBackOff',
    since: '2026-11-24T09:48:00Z',
    evidence: { from: 'event', text: LIMITED },
    credential: { status: 'none', attempts: [] },
    check: null,
    remedies: ['authenticate', 'pin', 'replace-registry'],
    clues: [],
    host: UNKNOWN_NODE,
    lasting: isUnlikelyToRecover(fields.cause ?? 'rate-limited'),
    priority: 1,
    ...fields,
  })
}

export const attempt = (fields: Partial<Attempt> = {}): Attempt => ({
  from: 'pod',
  secret: 'regcred',
  key: null,
  username: null,
  usable: false,
  problem: 'wrong-type',
  detail: 'Opaque',
  ...fields,
})

export const privateImage = (fields: Partial<Finding> = {}): AdvisedFinding =>
  finding({
    cause: 'auth-required-or-denied',
    subcause: null,
    namespace: 'payments',
    pod: 'api-7c9d8-abcde',
    container: 'api',
    workload: { kind: 'StatefulSet', name: 'api' },
    image: 'ghcr.io/acme/api:v2',
    reference: 'ghcr.io/acme/api:v2',
    registry: 'ghcr.io',
    endpoint: null,
    evidence: {
      from: 'status',
      text: 'Back-off pulling image "ghcr.io/acme/api:v2": ErrImagePull: failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
    },
    credential: { status: 'broken', attempts: [attempt()] },
    remedies: ['authenticate'],
    ...fields,
  })

export const typo = (fields: Partial<Finding> = {}): AdvisedFinding =>
  finding({
    cause: 'image-not-found',
    subcause: null,
    namespace: 'web',
    pod: 'shop-1',
    container: 'shop',
    workload: { kind: 'Deployment', name: 'shop' },
    image: 'registry.example:5000/shop:1.27.O',
    reference: 'registry.example:5000/shop:1.27.O',
    registry: 'registry.example:5000',
    endpoint: null,
    evidence: {
      from: 'event',
      text: 'Failed to pull image "registry.example:5000/shop:1.27.O": rpc error: code = NotFound desc = failed to pull and unpack image: registry.example:5000/shop:1.27.O: not found',
    },
    remedies: [],
    ...fields,
  })

/** The incident that pullguard was written for: three workloads limited by Docker Hub. */
export const incident: AdvisedFinding[] = [
  finding({
    namespace: 'kube-system',
    pod: 'calico-kube-controllers-5b9b456c66-r4j2v',
    container: 'calico-kube-controllers',
    workload: { kind: 'Deployment', name: 'calico-kube-controllers' },
    image: 'docker.io/calico/kube-controllers:v3.27.0',
    reference: 'docker.io/calico/kube-controllers:v3.27.0',
    since: '2026-11-24T09:55:00Z',
  }),
  finding(),
  finding({ pod: 'sixthnginx-6d4cf56db6-9xkzv', workload: { kind: 'Deployment', name: 'sixthnginx' } }),
]

export function diagnosis(
  findings: AdvisedFinding[],
  fields: Partial<AdvisedDiagnosis> = {},
): AdvisedDiagnosis {
  const causes: Partial<Record<Cause, number>> = {}
  for (const { cause } of findings) causes[cause] = (causes[cause] ?? 0) + 1
  const gaps = fields.gaps ?? []
  return {
    takenAt: '2026-11-24T10:00:00Z',
    complete: gaps.length === 0,
    source: { type: 'cluster', context: 'prod', server: 'https://prod.example' },
    scope: { namespaces: null, labelSelector: null },
    summary: {
      pods: 50_000,
      failingPods: new Set(findings.map(({ namespace, pod }) => `${namespace}/${pod}`)).size,
      causes,
    },
    findings,
    pulling: [],
    gaps,
    ...fields,
  }
}

/** 500 failing pods of five causes in forty namespaces. */
export const storm: AdvisedFinding[] = Array.from({ length: 500 }, (_, index) => {
  const fields: Partial<Finding> = {
    namespace: `team-${index % 40}`,
    pod: `worker-${index}`,
    workload: { kind: 'Deployment', name: `worker-${index % 90}` },
  }
  const kinds = [finding, privateImage, typo, dns, full]
  return (kinds[index % kinds.length] ?? finding)(fields)
})

function dns(fields: Partial<Finding>): AdvisedFinding {
  return typo({
    cause: 'registry-not-found-dns',
    image: 'registry.internal/tools/agent:3',
    reference: 'registry.internal/tools/agent:3',
    registry: 'registry.internal',
    evidence: { from: 'event', text: 'dial tcp: lookup registry.internal on 10.0.0.2:53: no such host' },
    ...fields,
  })
}

function full(fields: Partial<Finding>): AdvisedFinding {
  return finding({
    cause: 'disk-full',
    subcause: null,
    evidence: {
      from: 'event',
      text: 'failed to extract layer: write /var/lib/containerd/io.containerd: no space left on device',
    },
    remedies: [],
    ...fields,
  })
}

export function why(fields: Partial<AdvisedWhy> = {}): AdvisedWhy {
  return {
    takenAt: '2026-11-24T10:00:00Z',
    pod: 'api-0',
    namespace: 'payments',
    workload: { kind: 'StatefulSet', name: 'api' },
    serviceAccount: 'api',
    node: 'node-1',
    containers: [whyContainer()],
    obstacle: null,
    gaps: [],
    ...fields,
  }
}

export function whyContainer(fields: Partial<AdvisedContainer> = {}): AdvisedContainer {
  const problems = fields.problems ?? [
    { code: 'attempt', secret: 'regcred', key: null, problem: 'wrong-type' },
    { code: 'pull-failed', finding: privateImage({ pod: 'api-0' }) },
  ]
  const [finding = null] = problems.flatMap(problem =>
    problem.code === 'pull-failed' ? [problem.finding] : [],
  )
  return {
    container: 'api',
    kind: 'container',
    image: 'ghcr.io/acme/api:v2',
    reference: 'ghcr.io/acme/api:v2',
    registry: 'ghcr.io',
    pullPolicy: 'IfNotPresent',
    attempts: [
      attempt(),
      attempt({
        secret: 'hub',
        key: 'https://index.docker.io/v1/',
        username: 'acme',
        problem: 'other-registry',
      }),
    ],
    verdict: 'anonymous',
    check: null,
    pullingSince: null,
    problems,
    finding,
    ...fields,
  }
}

/** An image check of a mistyped tag, with an answer for every login. */
export function imageCheck(fields: Partial<JudgedCheck> = {}): JudgedCheck {
  return {
    reference: 'docker.io/library/nginx:1.27-alpne',
    verdict: 'no-such-tag',
    host: 'registry-1.docker.io',
    asks: [imageAsk()],
    unasked: null,
    repository: 'there',
    nearTags: ['1.27-alpine', '1.27'],
    likelyTag: '1.27-alpine',
    tagsComplete: true,
    nearRepositories: null,
    digest: null,
    platforms: null,
    replacement: null,
    ...fields,
  }
}

export const imageAsk = (fields: Partial<ImageAsk> = {}): ImageAsk => ({
  as: 'anonymous',
  secret: null,
  username: null,
  answer: 'missing',
  detail: null,
  retryAfterSeconds: null,
  ...fields,
})

export function imageReading(fields: Partial<CheckedReading> = {}): CheckedReading {
  return {
    input: 'nginx',
    valid: true,
    error: null,
    reference: 'docker.io/library/nginx:latest',
    registry: 'docker.io',
    repository: 'library/nginx',
    tag: 'latest',
    digest: null,
    defaultPullPolicy: 'Always',
    countsTowardsDockerHub: true,
    check: null,
    ...fields,
  }
}
