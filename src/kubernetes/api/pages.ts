/** Goes from page to page of a list until its end, also where the server has forgotten the moment the list was begun at. */

import type { KubernetesObject, ListResult } from './cluster.ts'
import type { Page, PageChoice, VisitElement } from './list-page.ts'
import { ExpiredError } from './status-refusal.ts'

export type ReadChosenPage = (choice: PageChoice, visit: VisitElement) => Promise<Page>

export class Pages {
  readonly #read: ReadChosenPage
  readonly #visit: VisitElement
  readonly #limit: number
  /** Who was handed on already; needed only where a list is begun again. */
  readonly #visited = new Set<string>()
  #count = 0
  #inconsistent = false
  #beganAgain = false
  #nameless = false

  /** @param limit page size; 0 is everything at once */
  constructor(read: ReadChosenPage, limit: number, visit: VisitElement) {
    this.#read = read
    this.#visit = visit
    this.#limit = limit
  }

  /** @throws ApiError where any page fails; what was visited by then is not the list */
  async readAll(): Promise<ListResult & { columns: string[] }> {
    const { resourceVersion, columns, ...first } = await this.#page({ limit: this.#limit, continueToken: '' })
    let token = first.continueToken
    while (token !== '') token = (await this.#following(token)).continueToken
    return { count: this.#count, resourceVersion, inconsistent: this.#inconsistent, columns }
  }

  /** The page after that token, or, where that has expired, what the server has to offer in its place. */
  async #following(token: string): Promise<Page> {
    try {
      return await this.#page({ limit: this.#limit, continueToken: token })
    } catch (error) {
      if (!(error instanceof ExpiredError)) throw error
      this.#inconsistent = true
      return error.continueToken ? this.#continued(error.continueToken) : this.#again(error)
    }
  }

  /** Goes on from the same place in a newer state: what was visited stands before it and does not come again. */
  async #continued(token: string): Promise<Page> {
    try {
      return await this.#page({ limit: this.#limit, continueToken: token })
    } catch (error) {
      if (!(error instanceof ExpiredError)) throw error
      return this.#again(error)
    }
  }

  /** The whole list in one answer, which can't expire; those visited before are passed over. Rows can't be told apart. */
  async #again(error: ExpiredError): Promise<Page> {
    if (this.#nameless) throw error
    this.#beganAgain = true
    return this.#page({ limit: 0, continueToken: '' })
  }

  #page(choice: PageChoice): Promise<Page> {
    return this.#read(choice, (array, element) => {
      const identity = identityOf(element)
      if (identity === null) this.#nameless = true
      else if (this.#beganAgain && this.#visited.has(identity)) return
      else if (this.#limit > 0) this.#visited.add(identity)
      this.#count++
      this.#visit(array, element)
    })
  }
}

function identityOf({ metadata }: KubernetesObject): string | null {
  const { uid, namespace, name } = (metadata ?? {}) as Record<string, unknown>
  if (typeof uid === 'string' && uid !== '') return uid
  return typeof name === 'string' ? `${namespace ?? ''}/${name}` : null
}
