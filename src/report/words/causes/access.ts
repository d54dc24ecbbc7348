/** The words of pulls that somebody refused: the registry, a policy on the node, the pod's own pull policy. */

import type { CredentialStatus } from '../../../diagnosis/finding.ts'
import { loginCommand, loginFixCommand, onNode, pullByHand, whyCommand } from '../commands.ts'
import { editField, forEach } from '../edits.ts'
import { nodeLoginSteps, nodesWereRefused } from '../node-logins.ts'
import { outOfReachSteps } from '../out-of-reach.ts'
import { type CauseWords, RegistryName, registryName, type Step, type Told } from '../told.ts'

const TITLE: Record<CredentialStatus, (registry: string | null) => string> = {
  none: registry => `${RegistryName(registry)} refused an anonymous pull`,
  broken: registry => `${RegistryName(registry)} refused the pull, and the pull secret can't be used`,
  usable: registry => `${RegistryName(registry)} refused the pod's credential`,
  unknown: registry => `${RegistryName(registry)} refused the pull`,
}

const MEANING: Record<CredentialStatus, string> = {
  none: 'The image is private or does not exist: whoever is not logged in gets the same answer for both.',
  broken: 'The pods name a pull secret, but the kubelet can get no login out of it for this image.',
  usable:
    'The login is wrong or expired, or its account may not pull this repository (or the name is mistyped).',
  unknown: 'The image is private or does not exist; which credential the kubelet had could not be read.',
}

export const authRequiredOrDenied: CauseWords = {
  tellsCredential: true,
  short: ({ findings: [{ registry }] }) => `access denied by ${registryName(registry)}`,
  title: ({ findings: [first] }) =>
    TITLE[nodesWereRefused(first) ? 'unknown' : first.credential.status](first.registry),
  meaning: ({ findings: [first] }) =>
    nodesWereRefused(first) ? NODES_REFUSED : MEANING[first.credential.status],
  next: told => {
    const { program, findings } = told
    const check: Step = {
      say: 'Check that the name is right, and see what the kubelet tries',
      command: whyCommand(program, findings[0]),
    }
    const nodes = nodesWereRefused(findings[0]) ? nodeLoginSteps(findings[0].registry) : []
    const [first, ...rest] = [...nodes, ...loginSteps(told)]
    return first === undefined ? [check] : [first, ...rest, check]
  },
}

const NODES_REFUSED =
  "The pods bring no login, and the nodes' own does not open this repository (or there is none of that name)."

function loginSteps({ program, findings }: Told): Step[] {
  const [{ registry, credential }] = findings
  const mendable = findings.filter(({ remedies }) => remedies.includes('authenticate'))
  const older = findings.filter(({ remedies }) => remedies.includes('recreate'))
  const steps: Step[] = []
  if (mendable.length > 0) {
    const login = loginCommand(registry)
    const say =
      credential.status === 'usable'
        ? `Log in anew on this machine (\`${login}\`, an account that may pull it) and hand that out`
        : `Give the pods a credential that may pull it (\`${login}\` on this machine first)`
    steps.push({ say, command: loginFixCommand(program, mendable) })
  }
  if (older.length > 0) {
    const say = 'Recreate the pods: they are older than the credential that new ones would get'
    steps.push({ say, command: loginFixCommand(program, older) })
  }
  return [...steps, ...outOfReachSteps(findings)]
}

export const signaturePolicy: CauseWords = {
  short: () => 'a signature policy',
  title: () => 'A policy on the node refuses the image',
  meaning: () =>
    'The runtime verifies signatures or blocks registries, and this image did not pass; the registry itself had no objection.',
  next: ({ findings: [first] }) => [
    {
      say: `See what the policy asks for, ${onNode(first)} (CRI-O; containerd names its verifier in config.toml)`,
      command: 'cat /etc/containers/policy.json',
      where: onNode(first),
    },
    { say: 'Sign the image as the policy wants it, or let the policy name its repository' },
  ],
}

export const neverPull: CauseWords = {
  tellsCredential: true,
  short: () => 'pull policy Never',
  title: () => 'The image is not on the node, and pull policy Never forbids pulling it',
  meaning: () =>
    'With imagePullPolicy Never the kubelet only uses what is on the node already, and what this pod may use of it.',
  next: ({ findings: [first, ...others] }) => [
    forEach(editField(first, 'Let the kubelet pull it: set imagePullPolicy to IfNotPresent'), [
      first,
      ...others,
    ]),
    { ...pullByHand(first), say: `Or bring the image to every node that runs it; ${onNode(first)}` },
  ],
}
