/** The product's client for the simulated API server, connected without a network, and what else a write is given. */
import type { ApplyContext } from '../../src/apply/apply-context.ts'
import type { ClusterWriter } from '../../src/kubernetes/api/writer.ts'
import type { ApiServer } from '../../src/simulator/api-server/server.ts'
import { Reading } from '../../src/source/live/reading.ts'
import { readRollout } from '../../src/source/live/rollouts.ts'
import { writerTo } from '../simulator/in-process-connection.ts'
import { PULL_SECRET, type Story } from './story.ts'

/** Called before each request. It can throw to simulate a crash, or let another client write first. */
export type Before = (request: { method: string; path: string }) => void

/** Logged in as `user`. */
export const clientOf = (server: ApiServer, before: Before = () => {}, user = 'admin'): ClusterWriter =>
  writerTo(server, { before, user })

/** What a write is given, without a journal: a clock that advances by itself, and a deadline after that many seconds. */
export function contextOn(of: Story, cluster: ClusterWriter, seconds: number): ApplyContext {
  return {
    cluster,
    clock: {
      now: () => of.clock.now(),
      sleep: async milliseconds => of.clock.advance(milliseconds / 1000),
      after: () => () => {},
    },
    journal: { intent: () => Promise.resolve(), outcome: () => Promise.resolve() },
    run: 'r1',
    pullSecret: PULL_SECRET,
    strict: false,
    dryRun: false,
    hub: { quota: async () => ({ status: 'unlimited' }) },
    hubLogins: [],
    runs: [],
    deadline: of.clock.now() + 1000 * seconds,
    readRollout: async subject => ({
      ...(await readRollout(new Reading(cluster), subject)),
      unrecoverablePods: new Set(),
    }),
    onProgress: () => {},
  }
}
