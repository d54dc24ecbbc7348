/** `diagnose --check-images` when Docker Hub's limit is used up: what is left, and when the next attempt can succeed. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemaErrors } from '../report/published-schema.ts'
import { CANARY, type Incident, startIncident } from './incident.ts'

let incident: Incident

beforeAll(async () => {
  incident = await startIncident()
  incident.simulator.hub.addImage({ repository: 'ratelimitpreview/test' })
})
afterAll(() => incident.close())

async function waitStep(...argv: string[]): Promise<{ text: string; quota: unknown }> {
  const { out } = await incident.run(['diagnose', '-A', '-o', 'json', ...argv])
  expect(out).not.toContain(CANARY)
  const document = JSON.parse(out)
  expect(schemaErrors(document)).toEqual([])
  const [first] = document.findings
  const step = first.steps.find(({ text }: { text: string }) => text.startsWith('Wait'))
  return { text: step.text, quota: first.quota }
}

test('no pulls are left: the whole window at most', async () => {
  const { text, quota } = await waitStep('--check-images')
  expect(text).toBe(
    "Wait up to 6 hours: no pulls are left for this machine's address (nodes behind another address have their own limit), and the kubelet retries on its own",
  )
  expect(quota).toEqual({ of: 'address', limit: 100, remaining: 0, windowSeconds: 21_600 })
})

test('some are left: the next try', async () => {
  incident.simulator.hub.quota.refill('127.0.0.1')
  incident.simulator.hub.exhaust('127.0.0.1', 40)
  expect((await waitStep('--check-images')).text).toContain('within five minutes: 40 of 100 pulls are left')
})

test('without --check-images no registry is asked', async () => {
  const before = incident.simulator.hub.requests.length
  const { quota } = await waitStep()
  expect(quota).toBeUndefined()
  expect(incident.simulator.hub.requests.length).toBe(before)
})
