/** Hostile names in a quota report, in every format: nothing breaks out, and the documents preserve the names. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { usageOf } from '../../src/quota/usage.ts'
import { QUOTA_FORMATS } from '../../src/report/formats.ts'
import { renderQuota } from '../../src/report/views/quota.ts'
import { judgeQuotas } from '../../src/snapshot/hub-quota.ts'
import {
  AT,
  anonymous,
  container,
  facts,
  limited,
  nodes,
  pod,
  restart,
  waitingFor,
  workload,
} from '../quota/facts.ts'
import { FORBIDDEN, hostile, WORKFLOW_COMMAND } from './hostile-text.ts'
import { schemaErrors } from './published-schema.ts'

const OPTIONS = {
  width: 100,
  color: false,
  terminal: false,
  showSource: true,
  watch: false,
  invocation: { program: 'pullguard', flags: ['--context', 'prod'], fromDump: false },
}

function reportWith(namespace: string, name: string, schedule: string, username: string) {
  const of = facts({
    nodes: nodes(1, { runtime: 'cri-o://1' }),
    workloads: [
      workload('CronJob', name, {
        namespace,
        containers: [container('acme/app:1', { name: schedule })],
        schedule: { expression: '0 * * * *', timeZone: null },
      }),
      workload(username, name, { namespace, outstanding: 1 }),
    ],
    pods: [
      pod(name, { namespace, restarts: [restart(60, 1, container('acme/loop', { name }))] }),
      pod(schedule, { namespace, waiting: [waitingFor('nginx', { message: username })] }),
    ],
  })
  const identity = { type: 'login' as const, username, origins: [`secret ${namespace}/${name}`] }
  const quotas = [
    anonymous(limited(100, 3)),
    { identity, answer: { status: 'unknown' as const, why: 'unreachable' as const, detail: schedule } },
    { identity: { ...identity, username: `${username}2` }, answer: { status: 'unlimited' as const } },
  ]
  const gaps = [{ what: 'secrets', namespace, why: 'failed' as const, detail: schedule }]
  const usage = { usage: usageOf(of, quotas, 3), podCount: 2, restartsUnread: 7, namespace, gaps: [] }
  return { takenAt: AT, complete: false, judged: judgeQuotas(quotas, 1), gaps, cluster: { namespace }, usage }
}

test('a report in any format stays valid and safe whatever its names contain', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, hostile, (namespace, name, schedule, username) => {
      const report = reportWith(namespace, name, schedule, username)
      for (const format of QUOTA_FORMATS) {
        const text = renderQuota(report, { ...OPTIONS, format })
        expect(text, format).not.toMatch(FORBIDDEN)
        for (const line of format === 'json' ? [] : text.split('\n')) {
          expect(line, format).not.toMatch(WORKFLOW_COMMAND)
        }
      }
      const document = JSON.parse(renderQuota(report, { ...OPTIONS, format: 'json' }))
      expect(schemaErrors(document)).toEqual([])
      expect(document.usage.spenders.map((each: { name: string }) => each.name)).toContain(name)
      for (const line of renderQuota(report, { ...OPTIONS, format: 'prometheus' })
        .trimEnd()
        .split('\n')) {
        expect(line).toMatch(/^# (?:HELP|TYPE) \w+ .*$|^\w+\{(?:\w+="(?:[^"\\\n]|\\.)*",?)*\} [\d.]+$/)
      }
    }),
    { numRuns: 10 },
  )
})
