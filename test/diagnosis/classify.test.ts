/** A classifier with a cache gives the same result for every text as one without. */
import { expect, test } from 'vitest'
import { type Classification, classify, memoizedClassifier } from '../../src/diagnosis/text/classify.ts'

const digest = (letter: string) => letter.repeat(64)
const TEXTS = ['a', 'b', 'c'].flatMap(letter => [
  `failed to pull and unpack image "nginx@sha256:${digest(letter)}": 429 Too Many Requests`,
  `failed to pull and unpack image "nginx@sha256:${digest(letter)}": 404 Not Found`,
  `failed commit on ref "layer-sha256:${digest(letter)}": unexpected commit digest sha256:${digest('d')}: failed precondition`,
  `docker.io/library/nginx@sha256:${digest(letter).slice(20)}: not found`,
])

test('texts that differ in more than a digest are classified separately', () => {
  const judge = memoizedClassifier()
  const masked = ({ cause, error }: Classification) => ({ cause, masked: error?.masked })
  for (const text of [...TEXTS, ...TEXTS])
    expect(masked(judge(text, 'ErrImagePull'))).toEqual(masked(classify(text, 'ErrImagePull')))
})

test('one text under different reasons is classified separately', () => {
  const judge = memoizedClassifier()
  for (const reason of ['ErrImagePull', 'InvalidImageName', 'ErrImageNeverPull', 'ErrImagePull'])
    expect(judge('it broke', reason)).toEqual(classify('it broke', reason))
})

test('texts with different long numbers in a host name are classified separately', () => {
  const judge = memoizedClassifier()
  const hosts = ['a', 'b'].map(letter => `${letter.repeat(32)}.r2.cloudflarestorage.com`)
  const found = hosts.map(
    host => judge(`Get "https://${host}/layer": i/o timeout`, 'ErrImagePull').error?.hosts,
  )
  expect(found).toEqual(hosts.map(host => [host]))
})
