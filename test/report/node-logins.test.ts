/** Which registries' pulls are not anonymous though the pod brings no credential. */
import { expect, test } from 'vitest'
import { nodeLoginSteps, nodesLogIn } from '../../src/report/words/node-logins.ts'

test.each<[string | null, boolean]>([
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com', true],
  ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com', true],
  ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', true],
  ['123456789012.dkr-ecr.eu-west-1.on.aws', true],
  ['acme.azurecr.io', true],
  ['gcr.io', true],
  ['eu.gcr.io', true],
  ['europe-docker.pkg.dev', true],
  ['public.ecr.aws', false],
  ['notgcr.io', false],
  ['dkr.ecr.example', false],
  ['docker.io', false],
  ['registry.example:5000', false],
  [null, false],
])('nodes have a login of their own for %s: %s', (registry, expected) => {
  expect(nodesLogIn(registry)).toBe(expected)
  expect(nodeLoginSteps(registry)).toHaveLength(expected ? 1 : 0)
})
