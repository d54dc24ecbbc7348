/** The words of steps about logins that expire, and about what writes them into their Secrets. */

import type { StepOf } from '../../../advice/step/step.ts'
import { kubectlCommand } from '../../invocation.ts'
import { renewText, shortLivedText } from '../credential/registry-logins.ts'
import { writerText } from '../edits/managers.ts'
import { namedList } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'
import { copyOver } from './other-secrets.ts'

export const renewals: StepWords<
  StepOf<
    'short-lived-login' | 'renew-token' | 'fix-renewer' | 'join-renewal' | 'renew-copy' | 'secret-writer'
  >
> = {
  'short-lived-login': (step, { findings: [{ host }] }) => ({ text: shortLivedText(step, host) }),
  'renew-token': (step, { invocation, findings: [{ host }] }) =>
    renewText(step, host, (rest, namespace) => kubectlCommand(invocation, rest, namespace)),
  'fix-renewer': ({ cronJob, secret }) => ({
    text: `Get cronjob ${cronJob} running first: judging by its name, it renews logins like the one in secret ${secret}, and its own image can't be pulled either`,
  }),
  'join-renewal': ({ namespace, secret, alone, namespaces, renewer, writer }, { invocation }) => {
    const by =
      writer !== undefined
        ? ` (${writerText(writer, namespace, invocation).name})`
        : renewer === null
          ? ''
          : ` (CronJob ${renewer.namespace}/${renewer.name}, by its name)`
    const places = namedList('namespace', namespaces, 3)
    const [first = ''] = namespaces
    return {
      text: `Add namespace ${namespace} to what renews secret ${secret} in ${places}${by}: the login there is new, and the one here is old${alone ? '; until then, copy it over' : ''}`,
      // What the Secret has besides would be lost.
      ...(alone && {
        command: copyOver(invocation, { namespace, secret, from: { namespace: first, secret } }),
      }),
    }
  },
  'renew-copy': ({ namespace, secret, source, alone }, { invocation }) => ({
    text: `Update secret ${secret} in namespace ${namespace} from ${source.namespace}/${source.secret}, of which it is an old copy: that one has another login now. Read the log of the tool that copies it to see why it has not copied this one`,
    // What the Secret has besides would be lost.
    ...(alone && { command: copyOver(invocation, { namespace, secret, from: source }) }),
  }),
  'secret-writer': ({ secret, namespace, writer }, { invocation }) => {
    const { name, command } = writerText(writer, namespace, invocation)
    return {
      text: `Correct the login at its source, and check that the Secret is renewed before the login expires: ${name} writes secret ${secret} and overwrites changes made by hand${command === undefined ? '' : '; this shows its state'}`,
      ...(command === undefined ? {} : { command }),
    }
  },
}
