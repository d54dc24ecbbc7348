/** How containerd talks to a registry: challenge, token, manifest. Calls the simulated hub in memory, and names real hosts in its errors. */

import { STATUS_CODES } from 'node:http'
import type { HubResponse } from '../hub/answers.ts'
import type { Hub } from '../hub/hub.ts'
import type { RegistryRefusal, RuntimeRelease } from '../stack.ts'

export interface PullCredential {
  username: string
  password: string
}

export interface RegistryAddress {
  hub: Pick<Hub, 'handle' | 'url'>
  /** The host in error messages: `registry-1.docker.io`. */
  host: string
}

/** The runtime's error for a failed pull. The kubelet strips the CRI's code if it is Unknown (cri-client's remote_image.go). */
export class PullError extends Error {
  override name = 'PullError'

  /** `sentence` follows `failed to pull and unpack image "…": `. */
  constructor(code: 'Unknown' | 'NotFound', image: string, sentence: string) {
    const prefix = code === 'Unknown' ? '' : `rpc error: code = ${code} desc = `
    super(`${prefix}failed to pull and unpack image "${image}": ${sentence}`)
  }
}

const ACCEPT = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  '*/*',
].join(', ')

/** The requests of one pull to one repository. */
export class RegistryClient {
  readonly #address: RegistryAddress
  readonly #image: string
  readonly #repository: string
  readonly #credential: PullCredential | undefined
  readonly #release: RuntimeRelease
  #token: string | undefined

  constructor(
    address: RegistryAddress,
    image: string,
    repository: string,
    credential: PullCredential | undefined,
    release: RuntimeRelease,
  ) {
    this.#address = address
    this.#image = image
    this.#repository = repository
    this.#credential = credential
    this.#release = release
  }

  /** The digest behind a tag or digest, by HEAD. Throws PullError. */
  resolve(reference: string): string {
    const response = this.#ask('HEAD', `manifests/${reference}`)
    const failed = (sentence: string, code: 'Unknown' | 'NotFound' = 'Unknown') =>
      new PullError(code, this.#image, `${this.#release.unresolved(this.#image)}: ${sentence}`)
    if (response.status === 404) throw failed(`${this.#image}: not found`, 'NotFound')
    if (response.status === 401)
      throw failed(
        'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      )
    if (response.status !== 200)
      throw failed(this.#release.refusedHead(this.#refusal(response, `manifests/${reference}`)))
    return response.headers['docker-content-digest'] ?? ''
  }

  /** A manifest or blob by digest; a manifest counts as a pull. Throws PullError. */
  fetch(path: string): Buffer {
    const response = this.#ask('GET', path)
    if (response.status === 200) return response.body
    const refused = this.#release.refusedGet(this.#refusal(response, path))
    throw new PullError('Unknown', this.#image, `failed to copy: httpReadSeeker: failed open: ${refused}`)
  }

  #ask(method: string, path: string): HubResponse {
    const to = `/v2/${this.#repository}/${path}`
    const ask = () =>
      this.#send(method, to, new URLSearchParams(), {
        accept: ACCEPT,
        ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
      })
    const first = ask()
    const challenge = first.headers['www-authenticate']
    if (first.status !== 401 || !challenge || this.#token !== undefined) return first
    this.#token = this.#fetchToken(challenge)
    return ask()
  }

  #fetchToken(challenge: string): string {
    const parameter = (key: string) => new RegExp(`${key}="([^"]*)"`).exec(challenge)?.[1] ?? ''
    const query = new URLSearchParams({
      scope: `repository:${this.#repository}:pull`,
      service: parameter('service'),
    })
    const basic =
      this.#credential &&
      `Basic ${Buffer.from(`${this.#credential.username}:${this.#credential.password}`).toString('base64')}`
    const url = `${parameter('realm')}?${query}`
    const response = this.#send('GET', new URL(url).pathname, query, basic ? { authorization: basic } : {})
    if (response.status === 200) return (JSON.parse(response.body.toString()) as { token: string }).token
    const kind = this.#credential ? 'oauth' : 'anonymous'
    throw new PullError(
      'Unknown',
      this.#image,
      `${this.#release.unresolved(this.#image)}: failed to authorize: failed to fetch ${kind} token: ${this.#release.refusedToken({ url, status: statusLine(response) })}`,
    )
  }

  #send(method: string, path: string, query: URLSearchParams, headers: Record<string, string>): HubResponse {
    const { hub } = this.#address
    return hub.handle({ method, path, query, headers, body: '', ip: '127.0.0.1', origin: hub.url })
  }

  #refusal(response: HubResponse, path: string): RegistryRefusal {
    const { host } = this.#address
    return {
      url: `https://${host}/v2/${this.#repository}/${path}`,
      host,
      part: path.replace('/', ' '),
      status: statusLine(response),
      serverMessage: serverMessage(response.body.toString()),
    }
  }
}

const statusLine = ({ status }: HubResponse) => `${status} ${STATUS_CODES[status]}`

/** Go's form of the first error in a registry's answer: `toomanyrequests: You have…`. */
function serverMessage(body: string): string {
  try {
    const [first] = (JSON.parse(body) as { errors: { code: string; message: string }[] }).errors
    return first ? `${first.code.toLowerCase().replaceAll('_', ' ')}: ${first.message}` : ''
  } catch {
    return ''
  }
}
