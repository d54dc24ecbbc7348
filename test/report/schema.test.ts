/** All machine-readable output matches the published schema. */

import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { AdvisedProblem } from '../../src/advice/add-steps.ts'
import type { AttemptProblem, CredentialStatus } from '../../src/diagnosis/credential/credential-report.ts'
import { CAUSES } from '../../src/diagnosis/finding.ts'
import { renderDiagnosis } from '../../src/report/views/diagnosis.ts'
import { renderImages } from '../../src/report/views/images.ts'
import { renderWhy, renderWhyOfWorkload } from '../../src/report/views/why.ts'
import type { GapReason } from '../../src/snapshot/snapshot.ts'
import { schema, schemaErrors } from './published-schema.ts'
import {
  AS_JSON,
  attempt,
  diagnosis,
  finding,
  imageReading,
  storm,
  typo,
  why,
  whyContainer,
} from './samples.ts'

const fits = (document: unknown) => {
  expect(schemaErrors(document)).toEqual([])
}
const asJson = (of: Parameters<typeof renderDiagnosis>[0]) => JSON.parse(renderDiagnosis(of, AS_JSON))

const STATUSES: CredentialStatus[] = ['none', 'usable', 'broken', 'unknown']
const REASONS: GapReason[] = ['forbidden', 'failed', 'timeout', 'expired', 'truncated', 'absent']
const PROBLEMS: AttemptProblem[] = [
  'secret-missing',
  'impossible-name',
  'secret-forbidden',
  'secret-unread',
  'wrong-type',
  'wrong-key',
  'wrong-layout',
  'malformed',
  'creds-store-only',
  'no-entries',
  'key-never-matches',
  'other-registry',
  'empty-auth',
  'token-only',
  'half',
  'shadowed',
]
const LINKS: AdvisedProblem[] = [
  { code: 'invalid-reference', detail: 'upper case' },
  { code: 'never-pull' },
  { code: 'malformed-secret', secret: 'regcred' },
  { code: 'service-account-secrets-ignored', serviceAccount: 'api', secrets: ['hub'] },
  { code: 'service-account-changed-later', serviceAccount: 'api', secrets: ['hub'] },
  { code: 'no-credential', registry: 'ghcr.io' },
  { code: 'credential-unused', registry: 'ghcr.io', secrets: ['regcred'] },
  { code: 'attempt', secret: 'regcred', key: null, problem: 'malformed' },
  { code: 'pull-failed', finding: finding() },
]

test('the schema lists every cause and no other', () => {
  expect(schema.$defs.Cause.enum).toEqual([...CAUSES])
})

describe('what a diagnosis prints', () => {
  test('a diagnosis with every cause fits', () => {
    fits(asJson(diagnosis(CAUSES.map(cause => typo({ cause })))))
  })

  test('a finding with every credential status and problem fits, with and without optional fields', () => {
    const credentials = STATUSES.map(status => ({
      status,
      attempts: PROBLEMS.map(problem => attempt({ problem })),
    }))
    const bare = { workload: null, node: null, reference: null, registry: null, since: null, evidence: null }
    fits(asJson(diagnosis(credentials.map(credential => finding({ credential, ...bare })))))
  })

  test('a diagnosis with every kind of gap fits, from a cluster and from a dump', () => {
    const gaps = REASONS.map(reason => ({ what: 'pods', namespace: null, why: reason, detail: 'why' }))
    fits(asJson(diagnosis([], { gaps })))
    fits(asJson(diagnosis([], { source: { type: 'file', files: ['dump.json'] } })))
    const passedOver = { count: 2, examples: ['bundle/version.json'] }
    fits(asJson(diagnosis([], { source: { type: 'file', files: ['b'], passedOver, unentered: ['b'] } })))
    fits(asJson(diagnosis([], { source: { type: 'cluster', context: null, server: 'https://x' } })))
  })

  test('a diagnosis printed as YAML fits, too', () => {
    fits(parse(renderDiagnosis(diagnosis(storm.slice(0, 5)), { ...AS_JSON, format: 'yaml' })))
  })
})

test('a why with every broken link is valid', () => {
  const full = why({
    containers: [
      whyContainer({ problems: LINKS }),
      whyContainer({ reference: null, registry: null, pullPolicy: null, attempts: [] }),
    ],
  })
  fits(JSON.parse(renderWhy(full, AS_JSON)))
  fits(parse(renderWhy({ ...full, workload: null, node: null }, { ...AS_JSON, format: 'yaml' })))
  const subjects = [{ kind: 'Deployment' as const, name: 'shop', namespace: 'web' }]
  const scope = { namespaces: ['web'], labelSelector: null, subjects }
  const report = { diagnosis: diagnosis([finding()], { scope }), items: [{ why: full, others: ['shop-1'] }] }
  fits(JSON.parse(renderWhyOfWorkload(report, AS_JSON)))
})

test('images are valid, readable or not', () => {
  const images = [
    imageReading(),
    imageReading({
      valid: false,
      error: 'upper case',
      reference: null,
      registry: null,
      repository: null,
      tag: null,
    }),
  ]
  fits(JSON.parse(renderImages(images, AS_JSON)))
})

test.each<[string, (document: ReturnType<typeof asJson>) => void]>([
  ['an unknown cause', document => (document.findings[0].cause = 'bad-luck')],
  ['a missing field', document => delete document.findings[0].evidence],
  ['another version', document => (document.apiVersion = 'pullguard.dev/v2')],
  ['a remedy without its command', document => delete document.findings[0].remedies[0].command],
])('%s is invalid', (_name, spoil) => {
  const document = asJson(diagnosis([finding()]))
  spoil(document)
  expect(schemaErrors(document)).not.toEqual([])
})

test('a new field is allowed', () => {
  fits({ ...asJson(diagnosis([finding()])), later: true })
})
