/** The article's incident on a simulated cluster, and the program run against it, from a terminal or a pipe. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { articleScenario } from '../../src/simulator/scenario.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { transportTo } from '../simulator/in-process-connection.ts'
import { type CommandResult, type Place, runCommandLine } from './command-line.ts'

/** Must never appear in any output, journal or plan. */
export const CANARY = 'canary-Pa55word'

type Run = (
  argv: string[],
  stdin?: string,
  signal?: AbortSignal,
  more?: Record<string, string>,
) => Promise<CommandResult>

export interface Incident {
  simulator: Simulator
  home: string
  /** Runs one command line; `stdin` is piped in, and `more` added to the environment. */
  run: Run
  /** The same over HTTPS, which only tests about certificates and connections need. */
  runOverTls: Run
  /** Writes a kubeconfig for that user and returns the file's path, for --kubeconfig. */
  kubeconfigFor(user: string): Promise<string>
  login(password: string): Promise<void>
  /** Returns the pull secrets that each service account lists, in order. */
  accounts(): Record<string, string[]>
  /** Returns the requests that would have changed something, excluding dry runs. */
  writes(): string[]
  close(): Promise<void>
}

/**
 * Starts a cluster where three workloads in two namespaces hit the anonymous limit; the machine has the login of demo-user.
 * @param frozen for every command it is the moment when the pods had failed, so that outputs with ages can be compared
 */
export async function startIncident({ frozen = false } = {}): Promise<Incident> {
  const simulator = await startSimulator({ live: true })
  const { cluster, hub } = simulator
  const home = await mkdtemp(join(tmpdir(), 'pullguard-fix-'))
  hub.addAccount({ name: 'demo-user', password: CANARY })
  for (const image of articleScenario.images) hub.addImage(image)
  hub.exhaust('127.0.0.1')
  for (const draft of articleScenario.late.slice(0, 3)) cluster.add(draft)
  await simulator.settle()
  const gone: string[] = []
  cluster.store.watch(({ type, object }) => {
    if (type === 'DELETED') gone.push(`DELETE ${object.kind} ${object.metadata.name}`)
  })
  const login = async (password: string) => {
    const auth = Buffer.from(`demo-user:${password}`).toString('base64')
    await mkdir(join(home, '.docker'), { recursive: true })
    const config = { auths: { 'https://index.docker.io/v1/': { auth } } }
    await writeFile(join(home, '.docker', 'config.json'), JSON.stringify(config))
  }
  const kubeconfigFor = async (user: string) => {
    const path = join(home, `${user}.yaml`)
    await writeFile(path, simulator.kubeconfigFor(user))
    return path
  }
  await login(CANARY)
  const kubeconfig = await kubeconfigFor('admin')
  const env = {
    KUBECONFIG: kubeconfig,
    PULLGUARD_REGISTRY_ENDPOINTS: simulator.registryEndpoints,
    XDG_STATE_HOME: join(home, 'state'),
  }
  const { clock } = simulator
  const failedAt = new Date(clock.now())
  const time = frozen ? { clock, now: () => failedAt } : { clock }
  const running =
    (carried: Partial<Place>): Run =>
    (argv, stdin = '', signal = new AbortController().signal, more = {}) =>
      runCommandLine(argv, { home, env: { ...env, ...more }, stdin, signal, ...time, ...carried })
  return {
    simulator,
    home,
    run: running({ transport: transportTo(simulator.server) }),
    runOverTls: running({}),
    kubeconfigFor,
    login,
    accounts: () => accountsOf(simulator),
    writes: () => [...writesOf(simulator), ...gone],
    close: async () => {
      await simulator.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

function accountsOf({ cluster }: Simulator): Record<string, string[]> {
  const entries = cluster.list('ServiceAccount').map(({ metadata, imagePullSecrets }) => {
    const names = ((imagePullSecrets ?? []) as { name: string }[]).map(({ name }) => name)
    return [`${metadata.namespace}/${metadata.name}`, names]
  })
  return Object.fromEntries(entries)
}

/** A DELETE has its dry run in the body, so only the store shows whether pods were deleted. */
function writesOf({ requests }: Simulator): string[] {
  return requests
    .filter(({ method, path, query }) => {
      const review = /\/selfsubject(access)?reviews$/.test(path)
      return ['POST', 'PATCH'].includes(method) && !review && !query.includes('dryRun=All')
    })
    .map(({ method, path }) => `${method} ${path}`)
}
