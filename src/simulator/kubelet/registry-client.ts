/** How containerd talks to a registry: challenge, token, manifest. Uses plain HTTP to the simulated hub, but real hosts in its errors. */

import type { RegistryRefusal, RuntimeRelease } from '../stack.ts'

export interface PullCredential {
  username: string
  password: string
}

export interface RegistryAddress {
  /** Where the simulated registry listens: `http://127.0.0.1:15000`. */
  url: string
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
  async resolve(reference: string): Promise<string> {
    const response = await this.#ask('HEAD', `manifests/${reference}`)
    const failed = (sentence: string, code: 'Unknown' | 'NotFound' = 'Unknown') =>
      new PullError(code, this.#image, `${this.#release.unresolved(this.#image)}: ${sentence}`)
    if (response.status === 404) throw failed(`${this.#image}: not found`, 'NotFound')
    if (response.status === 401)
      throw failed(
        'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      )
    if (!response.ok)
      throw failed(this.#release.refusedHead(this.#refusal(response, `manifests/${reference}`)))
    return response.headers.get('docker-content-digest') ?? ''
  }

  /** A manifest or blob by digest; a manifest counts as a pull. Throws PullError. */
  async fetch(path: string): Promise<Buffer> {
    const response = await this.#ask('GET', path)
    const body = Buffer.from(await response.arrayBuffer())
    if (response.ok) return body
    const refused = this.#release.refusedGet(this.#refusal(response, path, body.toString()))
    throw new PullError('Unknown', this.#image, `failed to copy: httpReadSeeker: failed open: ${refused}`)
  }

  async #ask(method: string, path: string): Promise<Response> {
    const url = `${this.#address.url}/v2/${this.#repository}/${path}`
    const headers = () => ({
      accept: ACCEPT,
      ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }),
    })
    const first = await fetch(url, { method, headers: headers() })
    const challenge = first.headers.get('www-authenticate')
    if (first.status !== 401 || !challenge || this.#token !== undefined) return first
    await first.arrayBuffer()
    this.#token = await this.#fetchToken(challenge)
    return fetch(url, { method, headers: headers() })
  }

  async #fetchToken(challenge: string): Promise<string> {
    const parameter = (key: string) => new RegExp(`${key}="([^"]*)"`).exec(challenge)?.[1] ?? ''
    const query = new URLSearchParams({
      scope: `repository:${this.#repository}:pull`,
      service: parameter('service'),
    })
    const basic =
      this.#credential &&
      `Basic ${Buffer.from(`${this.#credential.username}:${this.#credential.password}`).toString('base64')}`
    const url = `${parameter('realm')}?${query}`
    const response = await fetch(url, {
      headers: basic ? { authorization: basic } : {},
    })
    if (response.ok) return ((await response.json()) as { token: string }).token
    await response.arrayBuffer()
    const kind = this.#credential ? 'oauth' : 'anonymous'
    throw new PullError(
      'Unknown',
      this.#image,
      `${this.#release.unresolved(this.#image)}: failed to authorize: failed to fetch ${kind} token: ${this.#release.refusedToken({ url, status: statusLine(response) })}`,
    )
  }

  #refusal(response: Response, path: string, body = ''): RegistryRefusal {
    const { host } = this.#address
    return {
      url: `https://${host}/v2/${this.#repository}/${path}`,
      host,
      part: path.replace('/', ' '),
      status: statusLine(response),
      serverMessage: serverMessage(body),
    }
  }
}

const statusLine = ({ status, statusText }: Response) => `${status} ${statusText}`

/** Go's form of the first error in a registry's answer: `toomanyrequests: You have…`. */
function serverMessage(body: string): string {
  try {
    const [first] = (JSON.parse(body) as { errors: { code: string; message: string }[] }).errors
    return first ? `${first.code.toLowerCase().replaceAll('_', ' ')}: ${first.message}` : ''
  } catch {
    return ''
  }
}
