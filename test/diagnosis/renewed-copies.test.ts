/** A secret with an old token whose copies in other namespaces are renewed is told so, however many namespaces have one. */
import { expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { growthOf } from '../linear-time.ts'
import { container, pod, snapshot, waiting } from './snapshots.ts'

const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com'
const REFUSED = `unexpected status from HEAD request to https://${ECR}/v2/app/manifests/1: 403 Forbidden`

/** Every second namespace has a new token; pods that use the old ones are refused. */
function withTokens(count: number) {
  const { takenAt } = snapshot({})
  const hoursAgo = (hours: number) => new Date(Date.parse(takenAt) - hours * 3_600_000).toISOString()
  const namespaces = Array.from({ length: count }, (_, index) => ({ namespace: `team-${index}`, index }))
  const pullSecrets = namespaces.map(({ namespace, index }) => ({
    namespace,
    name: 'regcred',
    type: 'kubernetes.io/dockerconfigjson',
    createdAt: hoursAgo(index % 2 === 0 ? 1 : 200),
    problem: null,
    entries: [{ key: ECR, username: 'AWS', problem: null }],
  }))
  const pods = namespaces
    .filter(({ index }) => index % 2 === 1)
    .map(({ namespace }) =>
      pod({
        namespace,
        name: `pod-${namespace}`,
        uid: namespace,
        pullSecrets: ['regcred'],
        containers: [container({ image: `${ECR}/app:1`, state: waiting('ErrImagePull', REFUSED) })],
      }),
    )
  return snapshot({ pods, pullSecrets })
}

test('the namespaces of newer tokens are named, and not the own one', () => {
  const [finding] = diagnose(withTokens(6)).findings
  expect(finding?.clues).toContainEqual({
    code: 'renewed-elsewhere',
    secret: 'regcred',
    alone: true,
    namespaces: ['team-0', 'team-2', 'team-4'],
    renewer: null,
  })
})

test('many pods with many copies take linear time', () => {
  const growth = growthOf(
    count => {
      const many = withTokens(count)
      return () => diagnose(many)
    },
    { length: 1500, enough: 400 },
  )
  expect(growth).toBeNull()
})
