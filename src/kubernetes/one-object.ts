/** Sends a request whose answer is one object, and gives that object. */

import type { Ask } from './ask.ts'
import { bytesOf } from './body.ts'
import type { KubernetesObject } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { notKubernetes } from './failures.ts'
import { JsonElements } from './json-elements.ts'

/** @throws what Exchange.run throws; ApiError where the answer is no object (`InvalidAnswer`) or only part of one (`Truncated`) */
export function objectFrom(exchange: Exchange, ask: Ask): Promise<KubernetesObject> {
  return exchange.run(ask, async chunks => {
    const documents: unknown[] = []
    const whole = new JsonElements([], { onElements() {}, onDocument: object => void documents.push(object) })
    whole.write(await bytesOf(chunks))
    whole.end()
    const [object] = documents
    if (typeof object !== 'object' || object === null) throw notKubernetes(ask, 'it is no object')
    return object as KubernetesObject
  })
}
