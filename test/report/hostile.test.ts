/** Hostile names and messages in every field and every format: nothing is executed, breaks out, or is lost. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { AdvisedDiagnosis, AdvisedFinding, AdvisedWhy } from '../../src/advice/add-steps.ts'
import type { Finding } from '../../src/diagnosis/finding.ts'
import { DATA_FORMATS, DIAGNOSIS_FORMATS } from '../../src/report/formats.ts'
import { diagnosisNotes, renderDiagnosis } from '../../src/report/views/diagnosis.ts'
import { renderImages } from '../../src/report/views/images.ts'
import { renderWhy } from '../../src/report/views/why.ts'
import { FORBIDDEN, hostile, WORKFLOW_COMMAND } from './hostile-text.ts'
import {
  attempt,
  diagnosis,
  finding,
  HERE,
  imageAsk,
  imageCheck,
  imageReading,
  privateImage,
  typo,
  why,
  whyContainer,
} from './samples.ts'

const OPTIONS = { width: 80, color: false, invocation: HERE }

const hostileFinding: fc.Arbitrary<AdvisedFinding> = fc
  .tuple(
    fc.constantFrom(finding(), privateImage(), typo()),
    fc.array(hostile, { minLength: 11, maxLength: 11 }),
  )
  .map(([base, texts]) => {
    const [namespace, pod, container, kind, name, node, image, reason, text, secret, key] = texts as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ]
    return {
      ...base,
      namespace,
      pod,
      container,
      workload: { kind, name },
      node,
      image,
      reference: image,
      registry: node,
      reason,
      evidence: { from: 'event', text },
      credential: { status: 'broken', attempts: [attempt({ secret, key, username: name, detail: text })] },
      check: hostileCheck(text, name),
    }
  })

/** A check with this text in every field, although the registry room passes on only valid names. */
function hostileCheck(text: string, name: string) {
  const secret = { namespace: text, name }
  const asks = (['denied', 'unreachable', 'withheld', 'failed'] as const).map(answer =>
    imageAsk({ as: 'pod', secret, username: name, answer, detail: text }),
  )
  const near = { nearTags: [name], likelyTag: text, nearRepositories: [text], platforms: [name] }
  const check = imageCheck({ reference: `${name}/${text}:${name}`, host: name, asks, ...near })
  return { ...check, replacement: { ...check, verdict: 'not-public' as const } }
}

const hostileDiagnosis: fc.Arbitrary<AdvisedDiagnosis> = fc
  .tuple(fc.array(hostileFinding, { maxLength: 4 }), hostile, hostile)
  .map(([findings, what, detail]) =>
    diagnosis(findings, {
      source: { type: 'file', files: [what] },
      gaps: [{ what, namespace: detail, why: 'failed', detail }],
    }),
  )

const hostileWhy: fc.Arbitrary<AdvisedWhy> = fc.tuple(hostileFinding, hostile).map(([found, text]) =>
  why({
    pod: found.pod,
    namespace: found.namespace,
    workload: found.workload,
    serviceAccount: text,
    node: found.node,
    containers: [
      whyContainer({
        container: text,
        image: found.image,
        reference: text,
        registry: text,
        check: found.check,
        attempts: found.credential.attempts,
        problems: [
          { code: 'invalid-reference', detail: text },
          { code: 'service-account-secrets-ignored', serviceAccount: text, secrets: [text] },
          { code: 'attempt', secret: text, key: text, problem: 'other-registry' },
          { code: 'pull-failed', finding: found },
        ],
      }),
    ],
  }),
)

function harmless(text: string, own?: RegExp): void {
  expect(text).not.toMatch(FORBIDDEN)
  for (const line of text.split('\n'))
    if (own?.test(line) !== true) expect(line).not.toMatch(WORKFLOW_COMMAND)
}

const check = <T>(from: fc.Arbitrary<T>, verify: (value: T) => void) =>
  fc.assert(fc.property(from, verify), { numRuns: 10 })
const GITHUB = /^::(?:error|warning|notice) title=[^:\n]*::/

describe("no control character or CI command in the cluster's texts is printed", () => {
  test('by a diagnosis in any format', () => {
    const ways = DIAGNOSIS_FORMATS.flatMap(format =>
      (format === 'table' || format === 'wide' ? [true, false] : [false]).map(terminal => ({
        format,
        terminal,
      })),
    )
    check(hostileDiagnosis, of => {
      for (const way of ways) {
        const options = { ...OPTIONS, ...way }
        harmless(renderDiagnosis(of, options), way.format === 'github' ? GITHUB : undefined)
        harmless(diagnosisNotes(of, options))
      }
    })
  })

  test('by why in any format', () => {
    check(hostileWhy, of => {
      for (const format of DATA_FORMATS) harmless(renderWhy(of, { ...OPTIONS, format, terminal: true }))
    })
  })

  test('by image in any format', () => {
    check(hostile, input => {
      const images = [
        imageReading({ input, reference: input, check: hostileCheck(input, input) }),
        imageReading({ input, valid: false, error: input }),
      ]
      for (const format of DATA_FORMATS) {
        for (const terminal of [true, false]) harmless(renderImages(images, { ...OPTIONS, format, terminal }))
      }
    })
  })
})

test('JSON and YAML are equal and keep every text whole', () => {
  check(hostileDiagnosis, of => {
    const json = JSON.parse(renderDiagnosis(of, { ...OPTIONS, format: 'json', terminal: false }))
    expect(json.findings.map((found: Finding) => found.evidence)).toEqual(
      of.findings.map(({ evidence }) => evidence),
    )
    expect(parse(renderDiagnosis(of, { ...OPTIONS, format: 'yaml', terminal: false }))).toEqual(json)
  })
})

test('plain columns have one row for each finding with the same number of cells', () => {
  check(hostileDiagnosis, of => {
    const text = renderDiagnosis(of, { ...OPTIONS, format: 'wide', terminal: false })
    const rows = text === '' ? [] : text.trimEnd().split('\n')
    expect(rows).toHaveLength(of.findings.length === 0 ? 0 : of.findings.length + 1)
    for (const row of rows) expect(row.split(/ {2,}/)).toHaveLength(16)
  })
})

test('JUnit stays well-formed: every opened element is closed', () => {
  check(hostileDiagnosis, of => {
    const xml = renderDiagnosis(of, { ...OPTIONS, format: 'junit', terminal: false })
    const open: string[] = []
    for (const [, close, name, , selfClosing] of xml.matchAll(
      /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g,
    )) {
      if (close) expect(open.pop()).toBe(name)
      else if (!selfClosing) open.push(name ?? '')
    }
    expect(open).toEqual([])
    expect(xml.replace(/<\?xml[^>]*>|<\/?[a-z-]+(?: [a-z]+="[^"<]*")*\/?>/g, '')).not.toMatch(
      /[<>]|&(?!\w+;)/,
    )
  })
})
