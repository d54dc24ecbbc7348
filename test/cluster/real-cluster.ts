/** A real cluster for tests, its Docker Hub (the project's, at the node's address for docker.io), and the program as users run it. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import type { KubernetesObject } from '../../src/kubernetes/api/cluster.ts'
import type { ClusterWriter } from '../../src/kubernetes/api/writer.ts'
import { connectWriter } from '../../src/kubernetes/connect-writer.ts'
import { Clock } from '../../src/simulator/cluster/clock.ts'
import { Hub } from '../../src/simulator/hub/hub.ts'
import { type Stack, stackLike } from '../../src/simulator/stack.ts'
import { OURS } from './left-overs.ts'
import { sleeper } from './sleeper.ts'

/** The address the node's containerd uses for docker.io. */
const HUB_PORT = 15_000
const PROGRAM = resolve(import.meta.dirname, '../../bin/pullguard.js')

export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** The longest that a real kubelet takes for steps that normally take seconds. */
const PATIENCE_MS = 120_000

export class RealCluster {
  readonly hub = new Hub({ clock: new Clock(Date.now) })
  readonly #made: string[] = []
  readonly #folder = mkdtempSync(join(tmpdir(), 'pullguard-cluster-'))
  readonly api: ClusterWriter

  private constructor(api: ClusterWriter) {
    this.api = api
  }

  static async open(): Promise<RealCluster> {
    const { env } = process
    const api = await connectWriter({
      env,
      cwd: process.cwd(),
      home: homedir(),
      clock: systemClock,
      userAgent: 'pullguard-test',
    })
    const cluster = new RealCluster(api)
    await cluster.hub.listen(HUB_PORT)
    return cluster
  }

  /** Adds an image that only sleeps, unless it has another program. Each is unique, so the node has none from an earlier run. */
  addImage(repository: string, tags: string[], owner?: string, program = sleeper()): void {
    const binary = Buffer.concat([program, randomBytes(16)])
    this.hub.addImage({ repository, tags, binary, ...(owner === undefined ? {} : { owner }) })
  }

  /** A new namespace, ready once its service account exists; deleted at the end. */
  async namespace(prefix: string): Promise<string> {
    const name = `${prefix}-${randomBytes(3).toString('hex')}`
    const metadata = { name, labels: OURS }
    await this.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata })
    this.removeLater(`/api/v1/namespaces/${name}`)
    await this.until(`service account of ${name}`, async () => {
      try {
        return await this.api.get(`/api/v1/namespaces/${name}/serviceaccounts/default`)
      } catch {
        return null
      }
    })
    return name
  }

  /** Deletes the object at the end, whatever happens to it. */
  removeLater(path: string): void {
    this.#made.push(path)
  }

  /** Polls until it gets a value. */
  async until<T>(what: string, ask: () => Promise<T | null | false>): Promise<T> {
    const end = Date.now() + PATIENCE_MS
    while (Date.now() < end) {
      const answer = await ask()
      if (answer !== null && answer !== false) return answer
      await new Promise(wake => setTimeout(wake, 500))
    }
    throw new Error(`waited in vain for ${what}`)
  }

  /** Runs the program with the cluster's kubeconfig and a separate home folder. */
  run(
    args: string[],
    extra: { env?: Record<string, string>; stdin?: string; killAfterMs?: number } = {},
  ): Promise<Run> {
    const env = { ...process.env, HOME: this.#folder, XDG_STATE_HOME: this.#folder, ...extra.env }
    const child = spawn(process.execPath, [PROGRAM, ...args], { env, cwd: this.#folder })
    child.stdin.end(extra.stdin ?? '')
    const { killAfterMs } = extra
    const kill = killAfterMs === undefined ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', text => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
    return new Promise(done =>
      child.on('close', code => {
        if (kill !== null) clearTimeout(kill)
        done({ code, stdout, stderr })
      }),
    )
  }

  /** Writes a file to the program's home. @returns its path */
  write(name: string, text: string): string {
    const path = join(this.#folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  /** The software of its first node, as the simulator imitates it. */
  async stack(): Promise<Stack> {
    const nodes: KubernetesObject[] = []
    await this.api.list('/api/v1/nodes', {}, node => void nodes.push(node))
    const { nodeInfo } = (nodes[0] as { status: { nodeInfo: Record<string, string> } }).status
    return stackLike(nodeInfo.kubeletVersion ?? '', nodeInfo.containerRuntimeVersion ?? '')
  }

  async close(): Promise<void> {
    for (const path of this.#made.toReversed()) {
      const uid = await this.api.get(path).then(uidOf, () => null)
      if (uid !== null) await this.api.delete(path, uid).catch(() => {})
    }
    await this.api.close()
    await this.hub.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function uidOf(object: KubernetesObject): string {
  return (object.metadata as { uid: string }).uid
}

interface PodDraft {
  image: string
  pullPolicy?: string
  pullSecrets?: string[]
}

function podSpec({ image, pullPolicy, pullSecrets }: PodDraft): object {
  return {
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'app', image, ...(pullPolicy === undefined ? {} : { imagePullPolicy: pullPolicy }) },
    ],
    ...(pullSecrets === undefined ? {} : { imagePullSecrets: pullSecrets.map(name => ({ name })) }),
  }
}

export function podObject(name: string, draft: PodDraft): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: podSpec(draft) }
}

export function deploymentObject(name: string, draft: PodDraft): KubernetesObject {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(draft) },
    },
  }
}

export function pullSecretObject(name: string, username: string, password: string): KubernetesObject {
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  const config = JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth } } })
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(config).toString('base64') },
  }
}
