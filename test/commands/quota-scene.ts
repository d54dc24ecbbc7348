/** A simulated cluster and Docker Hub for the tests of `quota`: one login on this machine, and others in pull secrets. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { NOON } from '../simulator/drafts.ts'
import { transportTo } from '../simulator/in-process-connection.ts'
import { type CommandResult, runCommandLine } from './command-line.ts'

/** Passwords that must never appear in any output. */
export const MACHINE = 'canary-m4chine-Pa55'
export const TEAM = 'canary-t3am-Pa55'

export interface QuotaScene {
  simulator: Simulator
  home: string
  env: Record<string, string>
  run(...argv: string[]): Promise<CommandResult>
  onTerminal(...argv: string[]): Promise<CommandResult>
  /** On a terminal that is too narrow for a row. */
  onNarrowTerminal(...argv: string[]): Promise<CommandResult>
  /** Writes this machine's login for Docker Hub. */
  login(username: string, password: string): Promise<void>
  /** Adds a pull secret with this name. */
  secret(namespace: string, name: string, auths: Record<string, [user: string, password: string]>): void
  as(user: string): Promise<string[]>
  close(): Promise<void>
}

/** Starts without any login; the accounts are `jane` (200 pulls) and `team` (no limit). */
export async function startScene(options: SimulatorOptions = {}): Promise<QuotaScene> {
  const simulator = await startSimulator({ now: NOON, ...options })
  const { hub, cluster } = simulator
  hub.addImage({ repository: 'ratelimitpreview/test' })
  hub.addAccount({ name: 'jane', password: MACHINE })
  hub.addAccount({ name: 'team', password: TEAM, limit: null })
  const home = await mkdtemp(join(tmpdir(), 'pullguard-quota-'))
  await writeFile(join(home, 'kubeconfig'), simulator.kubeconfig)
  const env: Record<string, string> = {
    KUBECONFIG: join(home, 'kubeconfig'),
    PULLGUARD_REGISTRY_ENDPOINTS: simulator.registryEndpoints,
  }
  const { clock } = simulator
  const transport = transportTo(simulator.server)
  const run = (argv: string[], columns?: number) =>
    runCommandLine(argv, { home, env, clock, transport, ...(columns === undefined ? {} : { columns }) })
  return {
    simulator,
    home,
    env,
    run: (...argv) => run(argv),
    onTerminal: (...argv) => run(argv, 120),
    onNarrowTerminal: (...argv) => run(argv, 50),
    async login(username, password) {
      await mkdir(join(home, '.docker'), { recursive: true })
      const auth = encoded(username, password)
      const config = { auths: { 'https://index.docker.io/v1/': { auth } } }
      await writeFile(join(home, '.docker', 'config.json'), JSON.stringify(config))
    },
    secret(namespace, name, auths) {
      const entries = Object.entries(auths).map(([key, login]) => [key, { auth: encoded(...login) }])
      cluster.add({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace },
        type: 'kubernetes.io/dockerconfigjson',
        stringData: { '.dockerconfigjson': JSON.stringify({ auths: Object.fromEntries(entries) }) },
      })
    },
    async as(user) {
      const path = join(home, `${user}.yaml`)
      await writeFile(path, simulator.kubeconfigFor(user))
      return ['--kubeconfig', path]
    },
    async close() {
      await simulator.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

function encoded(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64')
}
