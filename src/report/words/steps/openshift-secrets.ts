/** The words of steps about OpenShift's own pull secrets: the global one, with which the nodes log in themselves, and those of service accounts. */

import type { StepOf } from '../../../advice/step/step.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { nodeName, onNodes } from '../node/node.ts'
import { registryLabel } from '../nouns.ts'
import type { StepWords } from '../step-words.ts'

const globalPullSecret: StepWords<StepOf<'global-pull-secret'>>['global-pull-secret'] = (
  { registry, hasLogin, pool },
  { invocation, findings },
) => {
  const secret = "the cluster's global pull secret (openshift-config/pull-secret)"
  const content = hasLogin ? `, which has a login for ${registryLabel(registry)}` : ''
  if (pool === null)
    return {
      text: `See whether /var/lib/kubelet/config.json ${onNodes(findings)} is up to date: the Machine Config Operator writes ${secret} there${content}`,
    }
  const first =
    pool.why === 'paused'
      ? `Unpause MachineConfigPool ${pool.name} (spec.paused), once you want the other changes that wait for it too`
      : `Find out why MachineConfigPool ${pool.name} is degraded`
  return {
    text: `${first}: until then, ${nodeName(findings[0])} can lack the newest changes of ${secret}${content}; this shows the pool's state`,
    command: kubectlCommand(invocation, `describe machineconfigpool ${shellWord(pool.name)}`),
  }
}

export const openShiftSecrets: StepWords<
  StepOf<'global-pull-secret' | 'cluster-pull-secret' | 'openshift-token'>
> = {
  'global-pull-secret': globalPullSecret,
  'cluster-pull-secret': ({ registry, catalog }, { findings: [{ host }] }) => ({
    text: `Add a login for ${registryLabel(registry)} to the cluster's global pull secret (${host.hosted ? 'the secret that spec.pullSecret of the HostedCluster names, on its management cluster' : 'pull-secret in namespace openshift-config'}; keep its other entries), which all nodes use${catalog === null ? '' : `, or name a pull secret with one under spec.secrets of CatalogSource ${catalog}`}. OKD is installed without such a login, and Red Hat's Hybrid Cloud Console has yours (Downloads, Tokens, Pull secret)`,
  }),
  'openshift-token': ({ namespace, secret, generated }, { invocation, findings: [{ registry }] }) =>
    generated
      ? {
          text: `Delete secret ${secret}, whose token ${registryLabel(registry)} no longer accepts: OpenShift created it for a service account, and creates a new one. Then recreate the pods, which may name the old one`,
          command: kubectlCommand(invocation, `delete secret ${shellWord(secret)}`, namespace),
        }
      : {
          text: `Remove secret ${secret} from the imagePullSecrets of the pod's template or service account: its token is no longer accepted (those of \`oc whoami -t\` expire after a day), and OpenShift gives each service account a pull secret for ${registryLabel(registry)}`,
        },
}
