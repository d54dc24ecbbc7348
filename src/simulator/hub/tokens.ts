/** The token server: authenticates accounts and issues tokens for repositories. */

import { randomBytes } from 'node:crypto'
import { type HubRequest, type HubResponse, jsonAnswer } from './answers.ts'
import type { Limit } from './quota.ts'

export interface Account {
  name: string
  password: string
  /** Personal access tokens, accepted like the password. */
  tokens?: string[]
  /** null: a plan without limits. Default: 200 pulls in 6 hours. */
  limit?: Limit | null
}

/** What a bearer token grants; anonymous without an account. */
export interface Grant {
  account: Account | undefined
  repositories: Set<string>
}

export class TokenServer {
  #accounts = new Map<string, Account>()
  #grants = new Map<string, Grant>()

  add(account: Account): void {
    this.#accounts.set(account.name, account)
  }

  account(name: string): Account | undefined {
    return this.#accounts.get(name)
  }

  /** GET with Basic, or POST with a form, like Docker's token server. Fewer permissions than requested are not an error. */
  issue(request: HubRequest, now: number, mayPull: (name: string, account?: string) => boolean): HubResponse {
    const form = request.method === 'POST' ? new URLSearchParams(request.body) : request.query
    const given = credentialsOf(request, form)
    const account = given && this.#accounts.get(given.username)
    const known = account && [account.password, ...(account.tokens ?? [])].includes(given.password)
    if (given && !known) return jsonAnswer(401, { details: 'incorrect username or password' })
    const asked = form.getAll('scope').flatMap(scope => scope.split(' '))
    const names = asked.map(scope => scope.split(':')[1] ?? '')
    const granted = names.filter(name => mayPull(name, account?.name))
    const token = randomBytes(24).toString('base64url')
    this.#grants.set(token, { account, repositories: new Set(granted) })
    return jsonAnswer(200, {
      token,
      access_token: token,
      expires_in: 300,
      issued_at: new Date(now).toISOString(),
    })
  }

  /** What the request's bearer token grants; undefined without a valid one. */
  grantOf(request: HubRequest): Grant | undefined {
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    return token === undefined ? undefined : this.#grants.get(token)
  }
}

function credentialsOf(request: HubRequest, form: URLSearchParams) {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (basic) {
    const [username = '', ...rest] = Buffer.from(basic, 'base64').toString().split(':')
    return { username, password: rest.join(':') }
  }
  const username = form.get('username')
  return request.method === 'POST' && username
    ? { username, password: form.get('password') ?? '' }
    : undefined
}
