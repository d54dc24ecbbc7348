/** The product's client for the simulated API server, connected without a network. */
import type { ClusterWriter } from '../../src/kubernetes/api/writer.ts'
import type { ApiServer } from '../../src/simulator/api-server/server.ts'
import { writerTo } from '../simulator/in-process-connection.ts'

/** Called before each request. It can throw to simulate a crash, or let another client write first. */
export type Before = (request: { method: string; path: string }) => void

/** Logged in as `user`. */
export const clientOf = (server: ApiServer, before: Before = () => {}, user = 'admin'): ClusterWriter =>
  writerTo(server, { before, user })
