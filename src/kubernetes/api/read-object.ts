/** Sends a request whose answer is one object, and gives that object. */

import { JsonElements, LONGEST_OBJECT } from '../../json/json-elements.ts'
import type { Ask } from './api-request.ts'
import type { KubernetesObject } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { notKubernetes } from './failures.ts'

/** @throws what Exchange.run throws; ApiError where the answer is no object (`InvalidAnswer`) or only part of one (`Truncated`) */
export function objectFrom(exchange: Exchange, ask: Ask): Promise<KubernetesObject> {
  return exchange.run(ask, async chunks => {
    const documents: unknown[] = []
    const handlers = { onElements() {}, onDocument: (object: unknown) => void documents.push(object) }
    const whole = new JsonElements([], handlers, LONGEST_OBJECT)
    for await (const chunk of chunks) whole.write(chunk)
    whole.end()
    const [object] = documents
    if (typeof object !== 'object' || object === null) throw notKubernetes(ask, 'it is no object')
    return object as KubernetesObject
  })
}
