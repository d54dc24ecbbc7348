/** Label selectors: what they select, and what is rejected, as by the API server. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { parseLabelSelector } from '../../src/source/label-selector.ts'

const LABELS = { app: 'web', tier: 'front', 'example.com/team': 'a_1', empty: '', size: '12', in: 'x' }

describe('label selectors', () => {
  test.each([
    ['', true],
    ['  ', true],
    ['app', true],
    ['!app', false],
    ['! app', false],
    ['missing', false],
    ['!missing', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web', true],
    ['app!=web', false],
    ['missing!=web', true],
    ['missing=', false],
    ['empty=', true],
    ['empty=,app=web', true],
    ['app in (web)', true],
    ['app in(web,api)', true],
    ['app in (api)', false],
    ['app notin (api, db)', true],
    ['app notin (web)', false],
    ['missing notin (web)', true],
    ['empty in ()', true],
    ['empty in (a,)', true],
    ['empty in (,a)', true],
    ['empty in (a,,b)', true],
    ['app in ()', false],
    ['in=x', true],
    ['in in (x)', true],
    ['in', true],
    ['app=in', false],
    ['size>11', true],
    ['size > 12', false],
    ['size<13', true],
    ['app>1', false],
    ['example.com/team=a_1', true],
    ['app=web,tier=front,!legacy', true],
    ['app=web,tier=back', false],
    ['constructor', false],
    ['!toString', true],
  ])('%s selects %s', (selector, selected) => {
    expect(parseLabelSelector(selector)(LABELS)).toBe(selected)
  })

  test.each([
    ['app=web,', 9],
    [',app', 1],
    ['app web', 5],
    ['app=a b', 7],
    ['app===web', 6],
    ['app in web', 8],
    ['app in (web', 12],
    ['app in (a b)', 11],
    ['app in', 7],
    ['app=(', 5],
    ['!app=web', 5],
    ['!', 2],
    ['!!app', 2],
    ['=web', 1],
    ['app=-web', 5],
    ['-app', 1],
    ['a/b/c', 1],
    ['/app', 1],
    ['Upper.case/app', 1],
    ['size>many', 6],
    ['size>', 6],
    ['size<9223372036854775808', 6],
    [`app=${'x'.repeat(64)}`, 5],
    ['app~web', 1],
  ])('%s is refused at character %i', (selector, character) => {
    const read = () => parseLabelSelector(selector)
    expect(read).toThrow(UsageError)
    expect(read).toThrow(`"${selector}" is wrong at character ${character}:`)
  })

  test('a label whose value is not a string counts as absent', () => {
    expect(parseLabelSelector('size')({ size: 12 })).toBe(false)
    expect(parseLabelSelector('!size')({ size: null })).toBe(true)
  })

  test('any text is parsed or refused', () => {
    const part = fc.constantFrom(
      'app',
      'in',
      'notin',
      '=',
      '!',
      '==',
      '!=',
      '(',
      ')',
      ',',
      ' ',
      'web',
      '>',
      '<',
      '1',
    )
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(part).map(parts => parts.join('')),
    )
    fc.assert(
      fc.property(texts, text => {
        try {
          expect(typeof parseLabelSelector(text)(LABELS)).toBe('boolean')
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
    )
  })
})
