/** How a Secret that something writes is corrected there, into a pull secret with a login. */

import type { Attempt, AttemptProblem } from '../../../diagnosis/credential/credential-report.ts'
import { shortList } from '../nouns.ts'

/** Returns how a Secret that something writes is corrected, without its reason, once it is known where. */
export function atSource(
  problem: AttemptProblem,
  secret: string,
  key: string,
  { fields, writer }: Pick<Attempt, 'fields' | 'writer'>,
): (place: string) => string {
  switch (problem) {
    case 'key-never-matches':
      return place => `Change the key in secret ${secret} to ${key} ${place}`
    case 'other-registry':
      return place => `Add a login for ${key} to secret ${secret} ${place}`
    case 'wrong-type':
      if (fields !== undefined) return place => composed(secret, place, { fields, writer })
      return place =>
        `Give secret ${secret} the type kubernetes.io/dockerconfigjson ${place}, and ${deletion(writer)}`
    default:
      return place => `Correct secret ${secret}, which needs a login under the key ${key}, ${place}`
  }
}

/** Returns when to delete the Secret: a controller creates it again at once, in the old form until its own object has changed. */
function deletion(writer: Attempt['writer']): string {
  const order =
    writer?.type === 'resource' ? 'delete the Secret afterward' : 'delete the Secret before that is applied'
  return `${order} (a Secret's type can't be changed)`
}

/** Returns how the fields of a Secret become a pull secret: the API server refuses one of that type without the key (external-secrets/external-secrets#4015). */
function composed(
  secret: string,
  place: string,
  { fields, writer }: { fields: readonly string[]; writer: Attempt['writer'] },
): string {
  const isExternal = writer?.type === 'resource' && writer.kind === 'ExternalSecret'
  const isOfEcr = ['proxy_endpoint', 'username', 'password'].every(name => fields.includes(name))
  const data = isOfEcr
    ? `, with .dockerconfigjson: '{"auths":{"{{ .proxy_endpoint }}":{"username":"{{ .username }}","password":"{{ .password }}"}}}' under data`
    : ''
  const template = isExternal ? `, under spec.target.template${data};` : ','
  return `Compose a .dockerconfigjson for secret ${secret} from its fields (${shortList(fields, 4)}) and give it the type kubernetes.io/dockerconfigjson, both ${place}${template} and ${deletion(writer)}`
}
