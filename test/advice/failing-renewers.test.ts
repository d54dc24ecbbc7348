/** Logins that have ended because the job that renews them can't be pulled. */
import { expect, test } from 'vitest'
import { stepsFor } from '../../src/advice/advise.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { container, ownerLink, pod, snapshot, waiting } from '../diagnosis/snapshots.ts'

const ECR = '111122223333.dkr.ecr.eu-west-1.amazonaws.com'
const refused = `unexpected status from HEAD request to https://${ECR}/v2/api/manifests/3: 403 Forbidden`
const EXPIRED = '2026-11-24T01:00:00.000Z'

function firstStepBeside(cronJob: string, namespace = 'web') {
  const api = pod({
    name: 'api-1',
    uid: 'api',
    pullSecrets: ['regcred'],
    containers: [container({ image: `${ECR}/api:3`, state: waiting('ErrImagePull', refused) })],
  })
  const job = pod({
    namespace,
    name: 'run-1',
    uid: 'run',
    controller: { apiVersion: 'batch/v1', kind: 'Job', name: 'run', uid: 'run' },
    containers: [
      container({ image: 'acme/tools:1', state: waiting('ErrImagePull', 'acme/tools:1: not found') }),
    ],
  })
  const above = { apiVersion: 'batch/v1', kind: 'CronJob', name: cronJob, uid: cronJob }
  const owners = [
    ownerLink('Job', 'run', { namespace, controller: above }),
    ownerLink('CronJob', cronJob, { namespace }),
  ]
  const entries = [{ key: ECR, username: 'AWS', problem: null, validUntil: EXPIRED }]
  const secret = {
    namespace: 'web',
    name: 'regcred',
    type: 'kubernetes.io/dockerconfigjson',
    problem: null,
    entries,
  }
  const { findings } = diagnose(snapshot({ pods: [api, job], owners, pullSecrets: [secret] }))
  const found = findings.find(({ pod: name }) => name === 'api-1')
  return found === undefined ? undefined : stepsFor(found)[0]
}

test.each(['registry-login-renewer', 'regcred-sync'])(
  'logins that ended are renewed first by %s, which has to run again',
  cronJob => {
    expect(firstStepBeside(cronJob)).toEqual({ code: 'fix-renewer', cronJob, secret: 'regcred' })
  },
)

test.each([
  ['refresh-prices', 'web'],
  ['ecr-report', 'web'],
  ['sync-registry-images', 'web'],
  ['rotate-docker-logs', 'web'],
  ['rotate-db-credentials', 'web'],
  ['refresh-gcr-creds', 'web'],
  ['refresh-ecr-creds', 'other'],
])('logins that ended have nothing to do with %s in namespace %s', (cronJob, namespace) => {
  expect(firstStepBeside(cronJob, namespace)?.code).toBe('short-lived-login')
})
