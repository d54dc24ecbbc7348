/** A small cluster and a Docker Hub, running inside this process and served on loopback. */

import type { Clock as ProgramClock } from '../clock.ts'
import type { Faults } from './api-server/faults.ts'
import { ApiServer, type LoggedRequest } from './api-server/server.ts'
import { Clock } from './cluster/clock.ts'
import { Cluster } from './cluster/cluster.ts'
import { nodeDraft } from './cluster/node-draft.ts'
import { ControlLoop } from './control-loop.ts'
import { Hub, type HubOptions } from './hub/hub.ts'
import { Kubelet } from './kubelet/kubelet.ts'
import { Runtime } from './kubelet/runtime.ts'
import { type Scenario, stage } from './scenario.ts'
import { RECORDED_STACK, type Stack } from './stack.ts'

export interface SimulatorOptions {
  /** The clock's time in milliseconds, which then only advances on request; by default the real clock. */
  now?: number
  /** Pods and controllers react to every change and to time automatically; otherwise only tick() and settle() run them. */
  live?: boolean
  /** What the API server and the nodes run; default: that of the recorded cases. */
  stack?: Stack
  /** Names of the nodes; default: node-1. */
  nodes?: string[]
  /** A situation to set up before the first request. */
  scenario?: Scenario
  anonymousLimit?: HubOptions['anonymousLimit']
  /** Ports of the API server and the hub; default: any free ones. */
  port?: number
  hubPort?: number
}

export interface Simulator {
  /** A kubeconfig (YAML) for `admin`, with the certificate and a token in it. */
  kubeconfig: string
  /** The same for another user of `server.users`, such as `viewer`. Throws for an unknown one. */
  kubeconfigFor(user: string, namespace?: string): string
  /** The simulated time for a program that runs against it: sleeping advances it without waiting. */
  clock: ProgramClock
  cluster: Cluster
  server: ApiServer
  hub: Hub
  hubUrl: string
  /** For PULLGUARD_REGISTRY_ENDPOINTS: the registry, and Docker Hub's web API at the same address. */
  registryEndpoints: string
  faults: Faults
  /** Every request to the API server, oldest first. */
  requests: LoggedRequest[]
  runtime: Runtime
  /** One pass of controllers, scheduler and kubelets. */
  tick(): Promise<void>
  /** Runs passes until nothing changes at this moment. */
  settle(): Promise<void>
  /** Advances the clock, then settles. */
  advance(seconds: number): Promise<void>
  close(): Promise<void>
}

/** Starts everything. Rejects if a given port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { now, stack = RECORDED_STACK } = options
  const clock = new Clock(now === undefined ? Date.now : () => now)
  const cluster = new Cluster(clock, stack)
  for (const name of options.nodes ?? ['node-1']) cluster.add(nodeDraft(name, clock, stack))
  const limit = options.anonymousLimit
  const hub = new Hub({ clock, ...(limit !== undefined && { anonymousLimit: limit }) })
  const server = new ApiServer(cluster)
  await hub.listen(options.hubPort)
  await server.listen(options.port)
  const runtime = new Runtime(new Map([['docker.io', { hub, host: 'registry-1.docker.io' }]]), stack.runtime)
  const loop = new ControlLoop(cluster, new Kubelet(cluster, runtime))
  if (options.scenario) await stage(options.scenario, cluster, hub, loop)
  if (options.live) loop.start()
  const advance = (seconds: number) => {
    clock.advance(seconds)
    return loop.settle()
  }
  return {
    kubeconfig: kubeconfigOf(server, 'admin', 'default'),
    kubeconfigFor: (user, namespace = 'default') => kubeconfigOf(server, user, namespace),
    clock: programClock(clock, advance),
    cluster,
    server,
    hub,
    hubUrl: hub.url,
    registryEndpoints: `docker.io=${hub.url},hub.docker.com=${hub.url}`,
    faults: server.faults,
    requests: server.requests,
    runtime,
    tick: () => loop.tick(),
    settle: () => loop.settle(),
    advance,
    close: async () => {
      await loop.stop()
      await server.close()
      await hub.close()
    },
  }
}

/** The simulated time for a program that runs against the simulator. */
function programClock(clock: Clock, advance: (seconds: number) => Promise<void>): ProgramClock {
  return {
    now: () => clock.now(),
    async sleep(milliseconds, signal) {
      // One turn of the event loop, so that signals are handled.
      await new Promise(setImmediate)
      signal?.throwIfAborted()
      await advance(milliseconds / 1000)
    },
    // Requests over a real connection are bounded by real time.
    after(milliseconds, call) {
      const timer = setTimeout(call, milliseconds)
      return () => clearTimeout(timer)
    },
  }
}

/** A kubeconfig (YAML) with the server's certificate and the user's token in it. Throws for an unknown user. */
function kubeconfigOf(server: ApiServer, user: string, namespace: string): string {
  const { token } = server.users.named(user)
  const authority = Buffer.from(server.certificate).toString('base64')
  return `apiVersion: v1
kind: Config
current-context: simulator
clusters:
- name: simulator
  cluster:
    server: ${server.url}
    certificate-authority-data: ${authority}
users:
- name: ${user}
  user:
    token: ${token}
contexts:
- name: simulator
  context:
    cluster: simulator
    user: ${user}
    namespace: ${namespace}
`
}
