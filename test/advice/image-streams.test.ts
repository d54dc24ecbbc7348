/** Short names that look like tags of OpenShift's image streams, and go to a registry. */
import { expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { textsOf } from '../report/texts-of.ts'
import { findingOf, type Situation } from './situation.ts'

const FULL = 'quay.io/acme/notebook@sha256:0a'

const named = (image: string, more: Partial<Situation> = {}): Situation => ({
  image,
  error: 'reading manifest v1 in docker.io/library/notebook: requested access to the resource is denied',
  shown: {
    streamTags: ['v1', 'latest'].map(tag => ({ namespace: 'web', stream: 'notebook', tag, image: FULL })),
  },
  ...more,
})
const firstOf = (situation: Situation) => stepsFor(findingOf(situation))[0]

test.each(['notebook:v1', 'notebook:latest', 'notebook'])('%s is looked up in the stream', image => {
  expect(firstOf(named(image))).toMatchObject({ code: 'look-up-stream', stream: 'notebook', lookUp: true })
  const { first } = textsOf(named(image))
  expect(first).toContain(`Or write the full name, ${FULL}`)
  expect(first).toMatch(/ oc -n web set image-lookup notebook$/)
})

test('needs its full name in projects of the platform, where short names are not replaced', () => {
  const [tag] = named('notebook:v1').shown?.streamTags ?? []
  const streamTags = tag === undefined ? [] : [{ ...tag, namespace: 'openshift-lab' }]
  const { first } = textsOf(
    named('notebook:v1', { pod: { namespace: 'openshift-lab' }, shown: { streamTags } }),
  )
  expect(first).toMatch(/^Write the full name/)
  expect(first).not.toContain('set image-lookup')
})

test.each<[string, Situation]>([
  ['has another tag', named('notebook:v2')],
  ['has a registry', named('docker.io/notebook:v1')],
  ['is in another namespace', named('notebook:v1', { pod: { namespace: 'shop' } })],
  ['met a limit', named('notebook:v1', { error: 'toomanyrequests: You have reached your pull rate limit' })],
])('means no stream, if it %s', (_which, situation) => {
  expect(firstOf(situation)?.code).not.toBe('look-up-stream')
})
