/** Our own client of the simulated API server, without a network between. */
import type { ClusterWriter } from '../../src/kubernetes/api/writer.ts'
import type { ApiServer } from '../../src/simulator/api-server/server.ts'
import { writerTo } from '../simulator/in-process-connection.ts'

/** Called ahead of each request; may throw, as a crash would, or let others act. */
export type Before = (request: { method: string; path: string }) => void

/** Logged in as `user`. */
export const clientOf = (server: ApiServer, before: Before = () => {}, user = 'admin'): ClusterWriter =>
  writerTo(server, { before, user })
