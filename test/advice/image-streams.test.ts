/** Short names that look like tags of OpenShift's image streams, and go to a registry. */
import { expect, test } from 'vitest'
import { imageTriggers } from '../../src/source/narrow/image-triggers.ts'
import { ownerLink } from '../diagnosis/snapshots.ts'
import { textsOf } from '../report/texts-of.ts'
import { type Situation, stepsIn } from './situation.ts'

const FULL = 'quay.io/acme/notebook@sha256:0a'

const named = (image: string, more: Partial<Situation> = {}): Situation => ({
  image,
  error: 'reading manifest v1 in docker.io/library/notebook: requested access to the resource is denied',
  shown: {
    streamTags: ['v1', 'latest'].map(tag => ({ namespace: 'web', stream: 'notebook', tag, image: FULL })),
  },
  ...more,
})
const firstOf = (situation: Situation) => stepsIn(situation)[0]

test.each(['notebook:latest', 'notebook'])('%s is looked up in the stream', image => {
  expect(firstOf(named(image))).toMatchObject({ code: 'look-up-stream', stream: 'notebook', lookUp: true })
  const { first } = textsOf(named(image))
  expect(first).toContain(`Or write the full name, ${FULL}`)
  expect(first).toMatch(/ oc -n web set image-lookup notebook$/)
})

test('a name is written in full in projects of the platform, where short names are not replaced', () => {
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
])('an image means no stream, if it %s', (_which, situation) => {
  expect(firstOf(situation)?.code).not.toBe('look-up-stream')
})

const triggered = (paused: boolean, image = 'notebook:latest'): Situation => ({
  image,
  error: 'reading manifest latest in docker.io/library/notebook: requested access to the resource is denied',
  pod: { controller: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'notebook-6d4', uid: 'rs' } },
  owners: [
    ownerLink('ReplicaSet', 'notebook-6d4', {
      uid: 'rs',
      controller: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'notebook', uid: 'd' },
      imageTriggers: { app: { namespace: 'web', stream: 'notebook', tag: 'latest', paused } },
    }),
  ],
})

test('a paused trigger is resumed, as it was to replace the name', () => {
  const { first, all } = textsOf(triggered(true))
  expect(first).toMatch(
    /^Resume OpenShift's image trigger of deployment\/notebook: .*image stream web\/notebook/,
  )
  expect(first).toMatch(/oc -n web set triggers deployment\/notebook --auto$/)
  expect(all).not.toMatch(/for a typo|set image/)
})

test('a trigger that is not paused waits for a tag of its stream', () => {
  expect(textsOf(triggered(false)).first).toMatch(
    /^See whether image stream web\/notebook has the tag latest/,
  )
})

test('a name that a trigger has replaced has nothing to wait for', () => {
  const codes = stepsIn(triggered(true, 'quay.io/acme/notebook:latest')).map(({ code }) => code)
  expect(codes).not.toContain('image-trigger')
})

test.each([
  [
    'an annotation',
    'Deployment',
    {
      metadata: {
        namespace: 'web',
        annotations: {
          'image.openshift.io/triggers':
            '[{"from":{"kind":"ImageStreamTag","name":"shop:1"},"fieldPath":"spec.template.spec.containers[?(@.name==\\"app\\")].image","paused":"true"}]',
        },
      },
    },
    { app: { namespace: 'web', stream: 'shop', tag: '1', paused: true } },
  ],
  [
    'a DeploymentConfig',
    'DeploymentConfig',
    {
      metadata: { namespace: 'web' },
      spec: {
        triggers: [
          { type: 'ConfigChange' },
          {
            type: 'ImageChange',
            imageChangeParams: {
              automatic: true,
              containerNames: ['app'],
              from: { kind: 'ImageStreamTag', name: 'shop:1', namespace: 'images' },
            },
          },
        ],
      },
    },
    { app: { namespace: 'images', stream: 'shop', tag: '1', paused: false } },
  ],
  [
    'text that is not JSON',
    'Deployment',
    { metadata: { annotations: { 'image.openshift.io/triggers': '{' } } },
    null,
  ],
])('the triggers of a workload are read from %s', (_name, kind, raw, expected) => {
  expect(imageTriggers(raw, kind)).toEqual(expected)
})
