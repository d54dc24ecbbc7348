/** Loads a case's objects into a simulated cluster and runs the program on that cluster and on its dump. */
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { systemClock } from '../../src/clock.ts'
import { parseReference } from '../../src/image/reference.ts'
import { connectReader } from '../../src/kubernetes/connect-reader.ts'
import { kindNamed } from '../../src/simulator/cluster/kinds.ts'
import { type ApiObject, asPod } from '../../src/simulator/cluster/objects.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { readCluster } from '../../src/source/live/read-cluster.ts'
import { type CommandResult, runCommandLine } from '../commands/command-line.ts'
import { transportTo } from '../simulator/in-process-connection.ts'

/** `case.yaml`. */
interface Case {
  /** One sentence. */
  about: string
  exit: number
  /** NAMESPACE/POD for `why`. */
  why?: string
  /** Formats of `diagnose` besides `table` and `json`. */
  formats?: (keyof typeof FILES)[]
  /** The plan of `fix`, with this machine's login for Docker Hub. */
  plan?: boolean
  /** Resources that the user is not allowed to read. */
  cannotRead?: string[]
  /** Why a dump can't show everything. */
  dumpKnowsLess?: string
}

export interface Incident {
  /** Text by file name. */
  files: Map<string, string>
  /** The exit codes, without duplicates. */
  exitCodes: number[]
  expectedExit: number
  /** The diagnosis without its source, of the cluster and of the dump. */
  live: object
  dump: object
  /** Whether the user can't read everything in the cluster, or the dump can't show everything. */
  hides: boolean
  close(): Promise<void>
}

const NOW = '2026-11-24T10:00:00Z'
const FILES = {
  wide: 'wide.txt',
  name: 'names.txt',
  yaml: 'findings.yaml',
  markdown: 'markdown.md',
  github: 'github.txt',
  gitlab: 'gitlab.json',
  junit: 'junit.xml',
}
const RESOURCES = [
  'namespaces',
  'nodes',
  'pods',
  'events',
  'serviceaccounts',
  'secrets',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'jobs',
  'cronjobs',
]

/** Reads the folder's `case.yaml`. */
export function readCase(folder: string): Case {
  return parse(readFileSync(join(folder, 'case.yaml'), 'utf8')) as Case
}

/** Plays the case of that folder. */
export async function playIncident(folder: string): Promise<Incident> {
  const about = readCase(folder)
  const simulator = await startSimulator({ now: Date.parse(NOW) })
  seed(simulator, await objectsIn(join(folder, 'input.yaml')))
  const home = await machineWith(simulator, about.cannotRead ?? [])
  const transport = transportTo(simulator.server)
  const run = async (...argv: string[]): Promise<CommandResult> => {
    const env = {
      KUBECONFIG: join(home, 'kubeconfig'),
      PULLGUARD_REGISTRY_ENDPOINTS: simulator.registryEndpoints,
    }
    const place = { home, cwd: folder, env, transport }
    // Formats with their own syntax go into a pipe, the others to a terminal.
    const reader = argv.includes('-o') ? {} : { columns: 80 }
    const result = await runCommandLine(argv, { ...place, ...reader, now: () => new Date(NOW) })
    return { ...result, out: result.out.replaceAll(simulator.server.url, 'https://cluster.example') }
  }
  const ran = await runAll(about, run)
  const dump = await run('diagnose', '-f', 'input.yaml', '-o', 'json')
  return {
    files: new Map([
      ['snapshot.json', await snapshotOf(simulator, home)],
      // Machine-readable output is on standard output only.
      ...ran.map(([file, { out, err }]) => [file, file.endsWith('.json') ? out : out + err] as const),
    ]),
    exitCodes: [...new Set(ran.filter(([file]) => !OTHERS.test(file)).map(([, { code }]) => code))],
    expectedExit: about.exit,
    live: withoutSource(ran.find(([file]) => file === 'findings.json')?.[1].out),
    dump: withoutSource(dump.out),
    hides: about.cannotRead !== undefined || about.dumpKnowsLess !== undefined,
    close: async () => {
      await simulator.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Files of other commands than `diagnose`. */
const OTHERS = /^(?:why|plan)\./

async function runAll(
  { why, plan, formats = [] }: Case,
  run: (...argv: string[]) => Promise<CommandResult>,
): Promise<[file: string, result: CommandResult][]> {
  const diagnose = ['diagnose', '-A', '--no-color']
  const fix = ['fix', '-A', '--affected', '--dry-run=client', '--no-color']
  const commands: [string, string[]][] = [
    ['findings.json', [...diagnose, '-o', 'json']],
    ['table.txt', diagnose],
    ...formats.map(format => [FILES[format], [...diagnose, '-o', format]] as [string, string[]]),
    ...(why === undefined ? [] : [['why.txt', ['why', why, '--no-color']] as [string, string[]]]),
    ...(why === undefined ? [] : [['why.json', ['why', why, '-o', 'json']] as [string, string[]]]),
    ...(plan ? [['plan.json', [...fix, '-o', 'json']] as [string, string[]]] : []),
    ...(plan ? [['plan.txt', fix] as [string, string[]]] : []),
  ]
  const result: [string, CommandResult][] = []
  for (const [file, argv] of commands) result.push([file, await run(...argv)])
  return result
}

async function objectsIn(file: string): Promise<ApiObject[]> {
  return parseAllDocuments(await readFile(file, 'utf8')).flatMap(document => {
    const object = document.toJS() as ApiObject & { items?: ApiObject[] }
    return object.items ?? [object]
  })
}

/** The store takes the objects unchanged, because a case contains what an API server has already stored. */
function seed({ cluster }: Simulator, objects: ApiObject[]): void {
  for (const account of cluster.list('ServiceAccount'))
    cluster.store.remove(kindNamed('ServiceAccount'), account)
  for (const namespace of cluster.list('Namespace')) {
    const { name } = namespace.metadata
    cluster.store.put(kindNamed('Namespace'), withUid(namespace, `uid-of-${name}`))
  }
  const missing = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))
  for (const { metadata } of cluster.list('Namespace')) missing.delete(metadata.name)
  for (const name of missing) {
    cluster.add({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: `uid-of-${name}` } })
  }
  for (const object of objects) cluster.store.put(kindNamed(object.kind), object)
  const nodes = new Set(objects.filter(({ kind }) => kind === 'Node').map(({ metadata }) => metadata.name))
  for (const node of cluster.list('Node'))
    if (!nodes.has(node.metadata.name)) cluster.store.remove(kindNamed('Node'), node)
}

const withUid = (object: ApiObject, uid: string): ApiObject => ({
  ...object,
  metadata: { ...object.metadata, uid },
})

/** A home folder with a kubeconfig for a user who can read everything but `cannotRead`, and a login for Docker Hub. */
async function machineWith(simulator: Simulator, cannotRead: string[]): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'pullguard-case-'))
  const resources = RESOURCES.filter(resource => !cannotRead.includes(resource))
  simulator.server.users.add('reader', [{ verbs: ['get', 'list'], resources }])
  await writeFile(join(home, 'kubeconfig'), simulator.kubeconfigFor('reader'))
  await mkdir(join(home, '.docker'))
  simulator.hub.addAccount({ name: 'demo-user', password: 'Pa55word' })
  fillHub(simulator)
  const auth = Buffer.from('demo-user:Pa55word').toString('base64')
  const login = { auths: { 'https://index.docker.io/v1/': { auth } } }
  await writeFile(join(home, '.docker', 'config.json'), JSON.stringify(login))
  return home
}

/** The hub has the images that the pods want, so that a fix can prove its login with them. */
function fillHub({ cluster, hub }: Simulator): void {
  const images = cluster
    .list('Pod')
    .flatMap(pod => asPod(pod).spec.containers.map(({ image }) => image ?? ''))
  const repositories = images.flatMap(image => {
    const reference = parseReference(image)
    return reference?.registry === 'docker.io' ? [reference.repository] : []
  })
  for (const repository of new Set(['ratelimitpreview/test', ...repositories])) hub.addImage({ repository })
}

async function snapshotOf(simulator: Simulator, home: string): Promise<string> {
  const cluster = await connectReader({
    kubeconfig: join(home, 'kubeconfig'),
    env: {},
    cwd: home,
    home,
    userAgent: 'pullguard/0',
    clock: systemClock,
  })
  try {
    const snapshot = await readCluster(cluster, { namespaces: null }, { takenAt: NOW })
    const text = `${JSON.stringify(snapshot, null, 2)}\n`
    return text.replaceAll(simulator.server.url, 'https://cluster.example')
  } finally {
    await cluster.close()
  }
}

/** Removes the source, the time, and the placeholder for a context: a dump names no cluster, and its time is the newest one in it. */
function withoutSource(json = '{}'): object {
  const {
    source: _s,
    takenAt: _t,
    ...rest
  } = JSON.parse(json.replaceAll(' --context <context>', '')) as {
    source: unknown
    takenAt: unknown
  }
  return rest
}
