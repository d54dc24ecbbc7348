/** Sends a request whose answer is one object, and gives that object. */

import type { Ask } from './ask.ts'
import type { KubernetesObject } from './cluster.ts'
import type { Exchange } from './exchange.ts'
import { notKubernetes } from './failures.ts'
import { JsonElements, LONGEST_OBJECT } from './json-elements.ts'

/** @throws what Exchange.run throws; ApiError where the answer is no object (`InvalidAnswer`) or only part of one (`Truncated`) */
export function objectFrom(exchange: Exchange, ask: Ask): Promise<KubernetesObject> {
  return exchange.run(ask, async chunks => {
    let object: unknown
    let documents = 0
    const onDocument = (document: unknown) => {
      if (documents++ > 0) throw notKubernetes(ask, 'it is more than one object')
      object = document
    }
    const handlers = { onElements() {}, onDocument }
    const whole = new JsonElements([], handlers, LONGEST_OBJECT)
    for await (const chunk of chunks) whole.write(chunk)
    whole.end()
    if (typeof object !== 'object' || object === null) throw notKubernetes(ask, 'it is no object')
    return object as KubernetesObject
  })
}
