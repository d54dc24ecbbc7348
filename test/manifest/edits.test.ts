/** Edits of manifests: only what was meant changes, a second time nothing does, and what can't be edited safely is left alone. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { audit, factsOf, isAnnotated } from '../../src/audit/audit.ts'
import { planEdits } from '../../src/audit/file-edits.ts'
import { applyEdits } from '../../src/manifest/apply-edits.ts'
import { check, NO_SETTINGS, PATH, scopeOf } from '../audit/scopes.ts'
import { manifestFile } from './manifests.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const SETTINGS = { ...NO_SETTINGS, pullSecret: 'dockercreds' }

/** What --fix makes of a file where every registry says yes. */
function fixed(text: string, offline = false) {
  const scope = scopeOf(text)
  const images = scope.workloads.flatMap(({ containers }) => containers.map(({ image }) => image))
  const names = ['docker.io/library/nginx', 'ghcr.io/acme/app', 'registry.k8s.io/pause', 'docker.io/a/b']
  const tags = [':1.27.3', ':latest', ':main']
  const imageChecks = names.flatMap(name => tags.map(tag => check(name + tag, 'exists', { digest: DIGEST })))
  const known = { ...scope, imageChecks }
  const { findings } = audit(known, SETTINGS, isAnnotated)
  const { edits } = planEdits(known.workloads, {
    findings,
    facts: factsOf(known, SETTINGS),
    settings: SETTINGS,
    isIgnored: isAnnotated,
    replacements: [],
    offline,
  })
  expect(edits.every(({ path }) => path === PATH)).toBe(true)
  const applied = edits.map(({ edit }) => edit)
  return { ...applyEdits(text, applied), images }
}

/** All data of a file, with each image, policy and list of pull secrets in it taken out. */
function elsewhere(text: string): unknown[] {
  const withoutTouched = (value: unknown, key: unknown): unknown => {
    if (Array.isArray(value)) return value.map(item => withoutTouched(item, null))
    if (typeof value !== 'object' || value === null)
      return key === 'image' || key === 'reference' ? 'IMAGE' : value
    return Object.fromEntries(
      Object.entries(value)
        .filter(
          ([name]) => name !== 'imagePullPolicy' && name !== 'pullPolicy' && name !== 'imagePullSecrets',
        )
        .map(([name, inside]) => [name, withoutTouched(inside, name)]),
    )
  }
  return parseAllDocuments(text).map(document => withoutTouched(document.toJS(), null))
}

/** Comments, line breaks and document markers, in order. */
function decoration(text: string): string[] {
  return text.match(/#.*|^---.*$/gm) ?? []
}

/** The lines that hold neither an image nor a pull secret. */
function plain(text: string): string[] {
  return text.split('\n').filter(line => !/image|reference|dockercreds|Secrets/.test(line))
}

describe('whatever a file looks like', () => {
  test('an edit changes images, policies and pull secrets, and no other data, line, comment or marker', () => {
    fc.assert(
      fc.property(manifestFile, fc.boolean(), (text, offline) => {
        const { text: edited, refused } = fixed(text, offline)
        expect(refused.filter(({ why }) => why === 'unproven')).toEqual([])
        expect(elsewhere(edited)).toEqual(elsewhere(text))
        expect(decoration(edited)).toEqual(decoration(text))
        expect(plain(edited)).toEqual(plain(text))
        expect(edited.includes('\r\n')).toBe(text.includes('\r\n'))
        if (text.includes('\r\n')) expect(edited.replaceAll('\r\n', '')).not.toContain('\n')
      }),
      { numRuns: 40 },
    )
  })

  test('every image is pinned where the registry says its digest, and a second edit changes nothing', () => {
    fc.assert(
      fc.property(manifestFile, fc.boolean(), (text, offline) => {
        const once = fixed(text, offline)
        const twice = fixed(once.text, offline)
        expect([twice.text, twice.applied]).toEqual([once.text, []])
        if (!offline) expect(twice.images.filter(image => !image.includes('@sha256:'))).toEqual([])
      }),
      { numRuns: 25 },
    )
  })
})

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n'

describe('what is not edited', () => {
  test.each([
    ['alias', `${POD}  x: &image ghcr.io/acme/app:1.27.3\n  containers:\n  - name: a\n    image: *image\n`],
    [
      'alias',
      `${POD}  containers:\n  - name: a\n    image: &image ghcr.io/acme/app:1.27.3\n    args: [*image]\n`,
    ],
    [
      'alias',
      `${POD}  initContainers: &all\n  - name: a\n    image: ghcr.io/acme/app:1.27.3\n  containers: *all\n`,
    ],
    ['several-lines', `${POD}  containers:\n  - name: a\n    image: >-\n      ghcr.io/acme/app:1.27.3\n`],
  ])('%s: %j', (why, text) => {
    const { text: edited, refused } = fixed(text)
    expect(edited).toBe(text)
    expect(refused.map(each => each.why)).toContain(why)
  })

  test('a placeholder beside an image that is edited stays', () => {
    const text = `${POD}  containers:\n  - name: a\n    image: nginx:1.27.3\n  - name: b\n    image: "{{ .Values.image }}"\n`
    expect(fixed(text).text).toBe(
      text
        .replace('nginx:1.27.3', `nginx:1.27.3@${DIGEST}`)
        .replace('  containers', '  imagePullSecrets:\n  - name: dockercreds\n  containers'),
    )
  })

  test('an anchor that nothing repeats is edited behind its name', () => {
    const text = `${POD}  containers:\n  - name: a\n    image: &image "ghcr.io/acme/app:1.27.3" # here\n`
    expect(fixed(text).text).toBe(text.replace('1.27.3', `1.27.3@${DIGEST}`))
  })

  test('of a key given twice, the last value is edited', () => {
    const text = 'kind: Pod\napiVersion: v1\nspec: {containers: [{name: a, image: b, image: nginx:1.27.3}]}\n'
    expect(fixed(text).text).toContain(`image: b, image: nginx:1.27.3@${DIGEST}}`)
  })

  test('a number gets quotes', () => {
    const text = `${POD}  containers:\n  - name: a\n    image: 1.10 # which\n`
    expect(fixed(text).text).toContain('image: "1.10" # which\n')
  })
})

test('edits keep a JSON file JSON, whatever its indentation', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'a', image: 'nginx:latest' }] },
  }
  for (const space of [0, 2, '\t']) {
    const { text } = fixed(JSON.stringify(pod, null, space))
    expect(JSON.parse(text).spec).toEqual({
      imagePullSecrets: [{ name: 'dockercreds' }],
      containers: [{ name: 'a', image: `nginx:latest@${DIGEST}`, imagePullPolicy: 'IfNotPresent' }],
    })
  }
})
