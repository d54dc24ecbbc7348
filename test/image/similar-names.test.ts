/** Similar names: a typo first, then the same version, then the same variant, and never a name that does not exist. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTypo, similarNames, similarTags } from '../../src/image/mistakes/similar-names.ts'

const TAGS = [
  'latest',
  'stable',
  'mainline',
  '1',
  '1.25',
  '1.26-alpine',
  '1.27',
  '1.27.0',
  '1.27.5',
  '1.27.5-alpine',
  '1.27-alpine',
  '1.27-alpine3.19',
  '1.27-bookworm',
  '1.28',
  '1.28-alpine',
  'v2.0.1',
]

test.each<[wanted: string, first: string, typo: boolean]>([
  ['1.27-alpne', '1.27-alpine', true],
  ['1.27-Alpine', '1.27-alpine', true],
  ['1.27_alpine', '1.27-alpine', true],
  ['1.27-alpnie', '1.27-alpine', true],
  ['v1.27', '1.27', true],
  ['2.0.1', 'v2.0.1', true],
  ['lates', 'latest', true],
  ['stabel', 'stable', true],
  // Another number is another version, however similar its digits are: even swapped ones only rank it first.
  ['1.72', '1.27', false],
  ['1.72-alpine', '1.27-alpine', false],
  ['1.27.6', '1.27.5', false],
  ['1.27.6-alpine', '1.27.5-alpine', false],
  ['1.29-alpine', '1.28-alpine', false],
  ['1.24', '1.25', false],
  ['1.27-bullseye', '1.27', false],
  ['3.0', 'v2.0.1', false],
  // Only versions exist: the highest one is suggested.
  ['nightly', 'v2.0.1', false],
])('for %s the first suggestion is %s', (wanted, first, slip) => {
  expect(similarTags(wanted, TAGS, 5)[0]).toBe(first)
  expect(isTypo(wanted, first)).toBe(slip)
})

test('the tag of another day is not a typo', () => {
  expect(isTypo('build-20240112', 'build-20240121')).toBe(false)
})

test('a repository without `latest` is described by its highest versions, one without versions by its tags', () => {
  expect(similarTags('latest', ['1.9', '1.10', '2.0-rc1', 'sha-0a1b'], 2)).toEqual(['1.10', '1.9'])
  expect(similarTags('latest', ['main', 'dev'], 5)).toEqual(['dev', 'main'])
  expect(similarTags('latest', [], 5)).toEqual([])
})

const LIBRARY = ['alpine', 'busybox', 'elasticsearch', 'go', 'mongo', 'nginx', 'node', 'postgres', 'python']

test.each([
  ['ngnix', ['nginx']],
  ['nginxx', ['nginx']],
  ['postgresql', ['postgres']],
  ['mongodb', ['mongo']],
  ['nodejs', ['node']],
  ['elastic-search', ['elasticsearch']],
  ['pyhton', ['python']],
  ['gp', []],
  ['billing', []],
])('for the repository %s the suggestions are %j', (wanted, near) => {
  expect(similarNames(wanted, LIBRARY, 3)).toEqual(near)
})

const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}$/)

test('suggestions exist, differ from the wanted name, are unique, and are no more than requested', () => {
  fc.assert(
    fc.property(
      tag,
      fc.array(tag, { maxLength: 30 }),
      fc.integer({ min: 1, max: 6 }),
      (wanted, tags, most) => {
        for (const near of [similarTags(wanted, tags, most), similarNames(wanted, tags, most)]) {
          expect(near.length).toBeLessThanOrEqual(most)
          expect(new Set(near).size).toBe(near.length)
          for (const each of near) {
            expect(tags).toContain(each)
            expect(each).not.toBe(wanted)
          }
        }
      },
    ),
  )
})

test('a typo of one letter in a long word is found among other tags', () => {
  const word = fc.stringMatching(/^[a-z]{6,12}$/)
  fc.assert(
    fc.property(word, fc.nat(), (name, at) => {
      const index = at % name.length
      const typo = name.slice(0, index) + name.slice(index + 1)
      fc.pre(typo !== name)
      expect(similarTags(typo, ['1.0', '2.0', name], 1)).toEqual([name])
      expect(isTypo(typo, name)).toBe(true)
    }),
  )
})
