/** A simulated cluster with a deployment in progress, and `pullguard wait` running in the cluster's simulated time. */

import type { CommandContext } from '../../../src/commands/context.ts'
import { type DiagnoseOptions, diagnoseCommand } from '../../../src/commands/diagnose.ts'
import { type WaitOptions, waitCommand } from '../../../src/commands/wait.ts'
import type { Draft, JsonObject } from '../../../src/simulator/cluster/objects.ts'
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts'
import { workload } from '../../simulator/drafts.ts'
import { readerTo, type Way } from '../../simulator/in-process-connection.ts'

export const GOOD = 'nginx:1.27'
export const BETTER = 'nginx:1.28'
export const TYPO = 'nginx:1.27-alpne'
export const INVALID = 'Nginx:1.27'

const NOON = Date.parse('2026-11-24T12:00:00Z')

interface Waited {
  code: string
  out: string
  err: string
  /** Simulated seconds. */
  seconds: number
  // biome-ignore lint/suspicious/noExplicitAny: each test reads the fields it expects, and fails where they are not
  json: any
}

export interface Rollouts {
  simulator: Simulator
  /** Runs `wait`; `names` as on the command line. Each entry in `later` happens after that many simulated seconds. */
  wait(options?: Partial<WaitOptions>, how?: Waits): Promise<Waited>
  deploy(name: string, image: string, extra?: object, kind?: string): void
  setImage(kind: string, name: string, image: string): void
  settle(): Promise<void>
  close(): Promise<void>
}

export interface Waits {
  later?: Record<number, () => void>
  way?: Way
  stdin?: string
  /** Requests that the server never answers. */
  hangs?: (path: string) => boolean
  /** Milliseconds by which this machine's clock is ahead of the cluster's. */
  skew?: number
  signal?: AbortSignal
  terminal?: boolean
  /** Whoever read standard output is gone. */
  isUnread?: boolean
  /** Gets what is written, also if the command throws. */
  said?: { out: string; err: string }
}

export async function startRollouts(nodes = ['node-1', 'node-2']): Promise<Rollouts> {
  const simulator = await startSimulator({ now: NOON, nodes })
  const { hub, cluster } = simulator
  hub.addImage({ repository: 'library/nginx', tags: ['1.27', '1.28'] })
  hub.addImage({ repository: 'library/busybox', tags: ['1.36'] })
  hub.addAccount({ name: 'acme', password: 'right' })
  return {
    simulator,
    wait: (options = {}, how = {}) => wait(simulator, options, how),
    deploy: (name, image, extra = {}, kind = 'Deployment') => {
      const more = kind === 'Deployment' || kind === 'StatefulSet' ? { replicas: 2 } : {}
      cluster.add(workload(kind, name, image, { ...more, ...extra }) as Draft)
    },
    setImage: (kind, name, image) => {
      const found = cluster.get(kind, 'default', name)
      if (!found) throw new Error(`no ${kind} ${name}`)
      const { template } = workload(kind, name, image).spec as { template: JsonObject }
      cluster.update({ ...found, spec: { ...found.spec, template } })
    },
    settle: () => simulator.settle(),
    close: () => simulator.close(),
  }
}

interface Said {
  code: string
  out: string
  err: string
  seconds: number
}

/** Runs a command in the cluster's simulated time. */
async function play(
  simulator: Simulator,
  {
    later = {},
    way = {},
    hangs = () => false,
    stdin = '',
    skew = 0,
    signal = new AbortController().signal,
    terminal = false,
    isUnread = false,
    said = { out: '', err: '' },
  }: Waits,
  command: (context: CommandContext) => Promise<string>,
): Promise<Said> {
  const began = simulator.clock.now()
  const due = Object.entries(later).map(([seconds, call]) => ({ at: began + Number(seconds) * 1000, call }))
  const timers = new Map<() => void, number>()
  // While the server is silent, time passes.
  const hold: Way['hold'] = async ({ path }) => {
    if (!hangs(path)) return
    const end = simulator.clock.now() + 30_000
    for (;;) {
      await new Promise(setImmediate)
      const [next] = [...timers].sort(([, one], [, other]) => one - other)
      if (next === undefined || next[1] > end) break
      const [call, at] = next
      timers.delete(call)
      await simulator.advance(Math.max(0, at - simulator.clock.now()) / 1000)
      call()
    }
    await new Promise(() => {})
  }
  const clock = {
    now: () => simulator.clock.now() + skew,
    sleep: async (milliseconds: number, own?: AbortSignal) => {
      await simulator.clock.sleep(milliseconds, own)
      for (const one of due.filter(({ at }) => at <= simulator.clock.now())) {
        due.splice(due.indexOf(one), 1)
        one.call()
        await simulator.settle()
      }
      // Lets the watch deliver the change before the next check.
      await new Promise(setImmediate)
    },
    after: (milliseconds: number, call: () => void) => {
      timers.set(call, simulator.clock.now() + milliseconds)
      return () => timers.delete(call)
    },
  }
  const output = (name: 'out' | 'err') => ({
    isTerminal: terminal,
    inCi: false,
    width: terminal || name === 'out' ? 120 : Number.POSITIVE_INFINITY,
    color: false,
    isClosed: isUnread,
    write: async (text: string) => {
      said[name] += text
    },
  })
  const context = {
    program: 'pullguard',
    version: '0',
    env: { PULLGUARD_REGISTRY_ENDPOINTS: simulator.registryEndpoints },
    home: '/nowhere',
    cwd: import.meta.dirname,
    clock,
    now: () => new Date(clock.now()),
    signal,
    stdin: (async function* () {
      yield Buffer.from(stdin)
    })(),
    out: output('out'),
    err: output('err'),
    progress: async () => ({
      isShown: terminal,
      update: (text: string) => {
        said.err += `\r${text}`
      },
      stop() {},
    }),
    connect: async () => readerTo(simulator.server, { hold, ...way }, clock),
  } as unknown as CommandContext
  const code = await command(context)
  return { code, ...said, seconds: (simulator.clock.now() - began) / 1000 }
}

async function wait(simulator: Simulator, options: Partial<WaitOptions>, how: Waits): Promise<Waited> {
  const all: WaitOptions = {
    ...{ connection: {}, names: [], files: [], recursive: false, goal: 'ready', timeoutMs: 300_000 },
    ...{ patience: {}, format: 'json' },
    ...options,
  }
  const said = await play(simulator, how, context => waitCommand(all, context))
  return { ...said, json: said.out.startsWith('{') ? JSON.parse(said.out) : null }
}

/** Runs `diagnose --watch`. */
export function watchDiagnosis(
  { simulator }: Rollouts,
  options: Partial<DiagnoseOptions>,
  how: Waits = {},
): Promise<Said> {
  const all: DiagnoseOptions = {
    ...{
      connection: {},
      allNamespaces: false,
      files: [],
      recursive: false,
      format: 'table',
      formatGiven: true,
      failOn: 'error',
      headers: true,
    },
    ...{ watch: 'until-clear' },
    ...options,
  }
  return play(simulator, how, context => diagnoseCommand(all, context))
}
