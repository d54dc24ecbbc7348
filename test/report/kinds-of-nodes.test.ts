/** Reports on faults of a node or on the way to it: what is said of downloads, clocks, caches, and names that one node knows. */
import { describe, expect, test } from 'vitest'
import { type Expected, type Situation, said } from './said.ts'

const OWN = 'registry.example/team/api:3'
const DIGEST = `sha256:${'a'.repeat(64)}`
const NOTHING = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const commit = (part: string, why: string) =>
  `failed commit on ref "${part}-${DIGEST}": ${why}: failed precondition`

function check(situation: Situation, { first = /(?:)/, says = /(?:)/, never = /(?!)/ }: Expected) {
  const report = said(situation)
  expect(report.first).toMatch(first)
  expect(report.all).toMatch(says)
  expect(report.all).not.toMatch(never)
}

describe('a download that failed its check', () => {
  const never = /rmi|arrived, but/
  test.each<[string, string, Expected]>([
    [
      'containerd, nothing',
      commit('layer', `unexpected commit digest ${NOTHING}, expected ${DIGEST}`),
      { says: /digest of an empty file/, never },
    ],
    [
      'containerd, no byte',
      commit('layer', `"layer-${DIGEST}" failed size validation: 0 != 30512`),
      { says: /\(0 of 30,512\)/, never },
    ],
    [
      'containerd, no manifest',
      commit('manifest', `unexpected commit digest ${NOTHING}, expected ${DIGEST}`),
      { says: /Not a single byte of the manifest/, never },
    ],
    [
      'CRI-O, nothing',
      `writing blob: happened during read: Digest did not match, expected ${DIGEST}, got ${NOTHING}`,
      { says: /Not a single byte/, never },
    ],
    [
      'containerd, a part',
      commit('layer', 'unexpected commit size 1024, expected 2048'),
      { says: /was cut off\n.*1,024 bytes of a layer arrived, where 2,048/, never },
    ],
    [
      'containerd, more',
      commit('layer', 'unexpected commit size 9000, expected 2048'),
      { says: /brought something else/, never },
    ],
    [
      'containerd, other bytes',
      commit('layer', `unexpected commit digest sha256:${'b'.repeat(64)}, expected ${DIGEST}`),
      { says: /push the image again/, never },
    ],
    [
      'Docker, other bytes',
      `filesystem layer verification failed for digest ${DIGEST}`,
      { says: /does not match its digest/, never },
    ],
  ])('%s: is repeated along the same way, and no image is removed', (_name, error, expected) => {
    check(
      { image: OWN, error, node: { runtime: 'containerd://2.1.4' } },
      { first: /Repeat the pull on node node-1/, ...expected },
    )
  })

  test('is not an image that can not be unpacked', () => {
    check(
      {
        image: OWN,
        error: `failed to extract layer ${DIGEST}: unexpected EOF: unknown`,
        node: { runtime: 'containerd://2.1.4' },
      },
      { first: /crictl rmi/ },
    )
  })
})
