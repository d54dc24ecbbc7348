/** For errors whose text names what to change: the first step is that change, and nothing that can't help comes with it. */
import { describe, expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import type { Step } from '../../src/advice/step.ts'
import { findingOf, pulled, type Situation } from './situation.ts'

const stepsIn = (situation: Situation) => stepsFor(findingOf(situation))
const codesIn = (situation: Situation): Step['code'][] => stepsIn(situation).map(({ code }) => code)

const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
const ROLE = 'arn:aws:sts::123456789012:assumed-role/node/i-0c3f'
const ecrDenied = (why: string) => ({
  image: `${ECR}/a/b:1`,
  error: pulled(
    `${ECR}/a/b:1`,
    `unexpected status from HEAD request to https://${ECR}/v2/a/b/manifests/1: 403 Forbidden: denied: User: ${ROLE} is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:123456789012:repository/a/b ${why}`,
  ),
})

describe('a denial by AWS', () => {
  test.each([
    ['with an explicit deny in a service control policy', 'service-control', true],
    ['with an explicit deny in a resource control policy', 'resource-control', true],
    ['with an explicit deny in a permissions boundary', 'permissions-boundary', true],
    ['with an explicit deny in an identity-based policy', 'identity', true],
    ['with an explicit deny in a resource-based policy', 'resource', true],
    ['with an explicit deny in a VPC endpoint policy', 'vpc-endpoint', true],
    ['with an explicit deny in a session policy', 'session', true],
    ['with an explicit deny', null, true],
    ['because no permissions boundary allows the ecr:BatchGetImage action', 'permissions-boundary', false],
    ['because no VPC endpoint policy allows the ecr:BatchGetImage action', 'vpc-endpoint', false],
  ])('"%s" is changed in that policy, and no role is attached', (why, policy, denies) => {
    const steps = stepsIn(ecrDenied(why))
    expect(steps[0]).toEqual({ code: 'lift-deny', policy, denies, caller: ROLE })
    const codes = steps.map(({ code }) => code)
    expect(codes).not.toContain('grant-cloud-role')
    expect(codes).not.toContain('check-name')
  })

  test("by no policy of the role is ended with the registry's role", () => {
    const situation = ecrDenied('because no identity-based policy allows the ecr:BatchGetImage action')
    expect(stepsIn(situation)[0]).toMatchObject({ code: 'grant-cloud-role', caller: ROLE, first: true })
    expect(codesIn(situation)).toContain('check-name')
  })
})

describe('a missing tag latest', () => {
  const image = 'registry.redhat.io/acme/ee-minimal'

  test('that the registry explains is replaced with a version, and the name is not in doubt', () => {
    const found = findingOf({
      image,
      error: `Back-off pulling image "${image}": ErrImagePull: initializing source docker://${image}:latest: reading manifest latest in ${image}: unsupported: This repository does not use the "latest" tag to track the most recent image and must be pulled with an explicit version or image reference.`,
    })
    expect(found).toMatchObject({ cause: 'image-not-found', subcause: 'tag' })
    expect(stepsFor(found).map(({ code }) => code)).toEqual(['name-version', 'set-image'])
  })

  test('that is only unknown to the registry may also be a misspelled name', () => {
    const error = `initializing source docker://${image}:latest: reading manifest latest in ${image}: manifest unknown`
    expect(codesIn({ image, error }).slice(0, 2)).toEqual(['name-version', 'check-name'])
    expect(codesIn({ image: `${image}:1`, error: error.replaceAll('latest', '1') })[0]).toBe('check-name')
  })
})

describe('memory that ran out', () => {
  const error =
    'failed to register layer: Error processing tar file(exit status 1): write /usr/lib/libx.so: cannot allocate memory'

  test('is looked at and freed, and no image is removed', () => {
    expect(codesIn({ image: 'a/b:1', error })).toEqual([
      'show-memory',
      'show-killed',
      'more-memory',
      'enter-node',
    ])
  })

  test('is not a full disk', () => {
    const full = error.replace('cannot allocate memory', 'no space left on device')
    expect(codesIn({ image: 'a/b:1', error: full })[0]).toBe('prune-images')
  })
})

test("a layer that the runtime's content store lacks is pulled again on the node, not reached from a guest", () => {
  const digest = `sha256:${'7'.repeat(64)}`
  const codes = codesIn({
    image: 'icr.io/a/b:1',
    reason: 'CreateContainerError',
    error: `failed to create containerd container: error unpacking image: apply layer error for "icr.io/a/b:1": failed to extract layer sha256:${'2'.repeat(64)}: failed to get reader from content store: content digest ${digest}: not found`,
  })
  expect(codes).toEqual(['remove-image', 'keep-layers', 'runtime-log', 'enter-node'])
})
