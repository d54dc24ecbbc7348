/** Sends the same request to the real and the simulated API server and compares the responses, ignoring random parts. */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'undici'
import { parse } from 'yaml'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { stackLike } from '../../src/simulator/stack.ts'

export interface Question {
  method?: string
  path: string
  accept?: string
  type?: string
  body?: unknown
  /** The user to impersonate, one without permissions. */
  as?: string
}

export interface Reply {
  status: number
  contentType: string
  warning: string
  body: unknown
}

interface Server {
  url: string
  token: string
  dispatcher: Agent
}

export class BothServers {
  readonly simulator: Simulator
  readonly #real: Server
  readonly #simulated: Server

  private constructor(simulator: Simulator, real: Server) {
    this.simulator = simulator
    this.#real = real
    this.#simulated = serverOf(simulator.kubeconfig)
  }

  /** The real server is the one in KUBECONFIG. */
  static async open(): Promise<BothServers> {
    const real = serverOf(readFileSync(process.env.KUBECONFIG ?? '', 'utf8'))
    const { body } = await ask(real, { path: '/version' })
    const stack = stackLike((body as { gitVersion: string }).gitVersion, '')
    return new BothServers(await startSimulator({ stack }), real)
  }

  real(question: Question): Promise<Reply> {
    return ask(this.#real, question)
  }

  simulated(question: Question): Promise<Reply> {
    return ask(this.#simulated, question)
  }

  /** Both responses, scrubbed. */
  async both(question: Question): Promise<{ real: Reply; simulated: Reply }> {
    const [real, simulated] = await Promise.all([this.real(question), this.simulated(question)])
    return { real: scrubbed(real), simulated: scrubbed(simulated) }
  }

  async close(): Promise<void> {
    await Promise.all([this.#real.dispatcher.close(), this.#simulated.dispatcher.close()])
    await this.simulator.close()
  }
}

interface Kubeconfig {
  clusters: {
    cluster: { server: string; 'certificate-authority'?: string; 'certificate-authority-data'?: string }
  }[]
  users: { user: { token: string } }[]
}

function serverOf(text: string): Server {
  const { clusters, users } = parse(text) as Kubeconfig
  const cluster = clusters[0]?.cluster
  const data = cluster?.['certificate-authority-data']
  const file = cluster?.['certificate-authority']
  const ca = data === undefined ? readFileSync(file ?? '') : Buffer.from(data, 'base64')
  return {
    url: cluster?.server ?? '',
    token: users[0]?.user.token ?? '',
    dispatcher: new Agent({ connect: { ca } }),
  }
}

async function ask({ url, token, dispatcher }: Server, question: Question): Promise<Reply> {
  const { statusCode, headers, body } = await request(url + question.path, {
    dispatcher,
    method: (question.method ?? 'GET') as 'GET',
    headers: {
      authorization: `Bearer ${token}`,
      accept: question.accept ?? 'application/json',
      ...(question.as && { 'impersonate-user': question.as }),
      ...(question.body !== undefined && { 'content-type': question.type ?? 'application/json' }),
    },
    ...(question.body !== undefined && { body: JSON.stringify(question.body) }),
  })
  const text = await body.text()
  const contentType = String(headers['content-type'] ?? '')
  const isJson = contentType.startsWith('application/json')
  return {
    status: statusCode,
    contentType,
    warning: String(headers.warning ?? ''),
    body: isJson ? JSON.parse(text) : text,
  }
}

/** Names of fields that can't be compared, or that the simulator omits on purpose. */
const LEFT_OUT = new Set([
  'managedFields',
  'description',
  'priority',
  'resourceVersion',
  'remainingItemCount',
  'deprecated.daemonset.template.generation',
])
const CHANCE: [RegExp, string][] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access-<suffix>'],
  [/^\d+s$/, '<age>'],
  [/Invalid value: "\{.*\}"/g, 'Invalid value: <object>'],
  [/resource version: ?"?\d+"?/g, 'resource version: <version>'],
  [/(ResourceVersion in record \()\d+/g, '$1<version>'],
]

const scrubbed = (reply: Reply): Reply => ({ ...reply, body: scrub(reply.body) })

function scrub(value: unknown, key = ''): unknown {
  if (typeof value === 'string')
    return key === 'continue'
      ? '<token>'
      : CHANCE.reduce((text, [pattern, word]) => text.replace(pattern, word), value)
  if (Array.isArray(value)) return value.map(item => scrub(item))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([name]) => !LEFT_OUT.has(name))
  const clean = Object.fromEntries(kept.map(([name, item]) => [name, scrub(item, name)]))
  const { annotations, ...rest } = clean
  return annotations && Object.keys(annotations).length === 0 ? rest : clean
}
