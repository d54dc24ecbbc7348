/** How a pull secret that the kubelet can't read is corrected, and where a pod gets rid of it. */

import type { Attempt } from '../../../diagnosis/credential/credential-report.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { workloadPath } from '../commands.ts'
import { authsKey, hasBadAuth } from '../credential/credential.ts'
import { loginNote } from '../credential/registry-logins.ts'
import { managedPlace, sourceOf } from '../edits/managers.ts'
import { objectName } from '../nouns.ts'
import type { Findings, StepText } from '../step-words.ts'

/** Go's words for a list in place of the logins, or of one of them. */
const NOT_OBJECTS = /\bcannot unmarshal array into Go struct field \S{1,80}\.auths of type\b/

/** What is wrong, by what the content is malformed at: a key of its logins, or one of these. */
const WHOLE = new Map([
  ['auths', 'its auths is not a JSON object'],
  ['HttpHeaders', 'its HttpHeaders are not an object of texts'],
  ['not a JSON object', 'its content is not a JSON object'],
])

const SHOWN = 'This shows its content, with the password'

/** A shell replaces what follows a dollar sign between double quotes (goharbor/harbor#15410). */
function robotNote(server: string): string {
  return /\bharbor\b/i.test(server)
    ? ' (with the name of a robot account, such as robot$ci, in single quotes)'
    : ''
}

interface Malformed {
  namespace: string
  secret: string
  /** Absent where no finding is at hand. */
  first?: Findings[0]
  attempt?: Attempt | undefined
}

/** Returns how to correct a malformed pull secret. The kubelet reads a Secret again for each attempt. */
export function repairSecret(
  invocation: Invocation,
  { namespace, secret, first, attempt }: Malformed,
): StepText {
  const key = attempt?.key ?? null
  const objects = NOT_OBJECTS.test(first?.evidence?.text ?? '')
    ? ' (auths and each login in it are JSON objects, not lists)'
    : ''
  const { writer } = attempt ?? {}
  // What is changed by hand, its writer would overwrite.
  const correct =
    writer === undefined || writer.type === 'fix'
      ? `Recreate secret ${secret}`
      : `Correct secret ${secret} ${sourceOf(writer, namespace, invocation)}`
  // What is malformed can be the login for another registry.
  const server = key === null || WHOLE.has(key) ? authsKey(first?.registry ?? null) : key
  const note = loginNote(server).replace(/^; (.*)$/, ' ($1)')
  const how =
    server === '' || correct.startsWith('Correct')
      ? ''
      : `, with \`kubectl create secret docker-registry\` and --docker-server=${shellWord(server)}${note}${robotNote(server)}`
  const ofLogin =
    first !== undefined && hasBadAuth(first)
      ? `the auth of the login for ${key} is not base64`
      : `the login for ${key} can't be read`
  const what = key === null ? '' : (WHOLE.get(key) ?? ofLogin)
  const because = what === '' ? '' : `: ${what}`
  const good = first?.credential.attempts.find(({ usable }) => usable)?.secret
  const enough = good === undefined ? '' : `: secret ${good} has a login for the image`
  const or = `Or remove it from ${listIn(first, attempt, invocation)}${enough}`
  return {
    text: `${correct}${objects}${how}${because}. The next attempt reads it again. ${or}. ${SHOWN}`,
    brief: `${correct}${because}. ${or}. ${SHOWN}`,
    command: kubectlCommand(
      invocation,
      `get secret ${shellWord(secret)} -o go-template='{{range .data}}{{base64decode .}}{{end}}'`,
      namespace,
    ),
  }
}

/** Returns whose list of pull secrets has this one: that of a pod can't be changed. Where the account was not read, it may be the account's. */
function listIn(first: Malformed['first'], attempt: Malformed['attempt'], invocation: Invocation): string {
  if (first === undefined || attempt === undefined)
    return "the imagePullSecrets of the pod's template or service account, and recreate the pods"
  const { workload } = first
  if (attempt.from === 'serviceaccount')
    // What manages the workload need not manage its account, such as default.
    return "the imagePullSecrets of the pod's service account, and recreate the pods"
  if (workload === null) return "the pod's imagePullSecrets, which takes a new pod"
  return workload.group === undefined
    ? `the imagePullSecrets of ${workloadPath(first)}${managedPlace(first, invocation)}, or of its service account, if they are from there`
    : `the imagePullSecrets that ${objectName(workload)} gives its pods`
}
