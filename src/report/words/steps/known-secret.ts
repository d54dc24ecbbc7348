/** The words of the step that gives a pod a secret which is there already: in its namespace, in another one, or at another service account. */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import type { Step, StepOf } from '../../../advice/step/step.ts'
import type { UsableHint } from '../../../advice/step/step-for-access.ts'
import { hasOwnList } from '../../../diagnosis/credential/credential-report.ts'
import { DOCKER_HUB } from '../../../image/docker-hub.ts'
import { generatedFrom } from '../../../image/mistakes/similar-names.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { webhooksCommand, workloadPath } from '../commands.ts'
import { authsKey } from '../credential/credential.ts'
import { pullSecretField } from '../credential/pull-secret-fields.ts'
import { editField, hiddenSecretEdit } from '../edits/edits.ts'
import { managedPlace, subChartNote, writerText } from '../edits/managers.ts'
import { templateEdit } from '../edits/template-edit.ts'
import { objectName, pluralize, registryLabel, shortList } from '../nouns.ts'
import type { Findings, StepText, StepWords } from '../step-words.ts'
import { hookNote, newPods, nextNamespaces, orInResource, secretList } from './secret-lists.ts'

type InNamespace = Extract<UsableHint, { code: 'in-namespace' }>

/** Whether a finding can use the same secret of another namespace. */
const knows =
  (hint: InNamespace) =>
  ({ steps }: AdvisedFinding) =>
    steps.some(
      step =>
        step.code === 'use-known-secret' &&
        step.hint.code === 'in-namespace' &&
        step.hint.secret === hint.secret &&
        step.hint.namespace === hint.namespace,
    )

/** Namespaces that one command copies a secret into. */
const MAX_COPIES = 3

/** Returns what copies a login alone: what else the Secret has, such as an owner in its own namespace, is not valid elsewhere. */
function copyCommand(
  invocation: Invocation,
  { secret, namespace, old }: InNamespace,
  target: string,
): string {
  const name = shellWord(secret)
  const [key, how] =
    old === true
      ? ['dockercfg', `generic ${name} --type=kubernetes.io/dockercfg`]
      : ['dockerconfigjson', `docker-registry ${name}`]
  const read = `get secret ${name} -o jsonpath='{.data.\\.${key}}'`
  const create = `create secret ${how} --from-file=.${key}=/dev/stdin`
  return `${kubectlCommand(invocation, read, namespace)} | base64 --decode | ${kubectlCommand(invocation, create, target)}`
}

/** Returns whose list a copied secret is added to: by name, with the command, if these pods have one account that nothing else manages. */
function accountOfCopy(findings: Findings, { secret, account }: InNamespace, invocation: Invocation): string {
  const [first] = findings
  if (findings.some(({ namespace }) => namespace !== first.namespace)) return "the pods' service accounts"
  const isOne = findings.every(({ credential: { hints = [] } }) =>
    hints.some(hint => hint.code === 'in-namespace' && hint.secret === secret && hint.account === account),
  )
  if (account === undefined || !isOne) return "the pod's service account"
  const edit = kubectlCommand(invocation, `edit serviceaccount ${shellWord(account)}`, first.namespace)
  return `the imagePullSecrets of service account ${account}${first.managedBy === undefined ? ` (\`${edit}\`)` : managedPlace(first, invocation)}`
}

/** Returns the name of these pods' service account, and the command that edits it; nothing if they have several, or what deploys them has it. */
function ownAccount(
  { own }: Pick<Extract<UsableHint, { own: string }>, 'own'>,
  findings: Findings,
  invocation: Invocation,
): { name: string; command?: string } {
  const [{ namespace, managedBy }] = findings
  const isOwn = (step: Step) =>
    step.code === 'use-known-secret' && 'own' in step.hint && step.hint.own === own
  const isOne = findings.every(
    found => found.namespace === namespace && found.steps.some(isOwn) && !hasOwnList(found),
  )
  if (!isOne) return { name: '' }
  const command = kubectlCommand(invocation, `edit serviceaccount ${shellWord(own)}`, namespace)
  return { name: ` ${own}`, ...(managedBy === undefined || own === DEFAULT ? { command } : {}) }
}

/** The service account that Kubernetes makes itself in each namespace, so that what deploys a workload seldom has it. */
const DEFAULT = 'default'

/** Returns where a change of an account lasts; empty for the account that what deploys the workload does not make. */
function accountPlace(own: string, first: Findings[0], invocation: Invocation): string {
  return own === DEFAULT ? '' : managedPlace(first, invocation)
}

/** Returns the step where something controls the pod's service account, and so replaces what is changed there. */
function throughOwner(
  { secret, own, namespace }: Extract<UsableHint, { own: string }>,
  { kind, name, group }: NonNullable<Extract<UsableHint, { own: string }>['ownedBy']>,
  invocation: Invocation,
): StepText {
  return atOwner(
    `Name secret ${secret}, which has a login for the image, where`,
    { owner: { kind, name, group }, own, namespace },
    invocation,
  )
}

/** Returns the words that end with such an owner, and the command that shows it. */
function atOwner(
  words: string,
  { owner, own, namespace }: Pick<StepOf<'login-at-owner'>, 'owner' | 'own' | 'namespace'>,
  invocation: Invocation,
): StepText {
  const { command } = writerText({ type: 'resource', ...owner }, namespace, invocation)
  const field = pullSecretField(owner)
  return {
    text: `${words} ${owner.kind} ${owner.name} takes its pull secrets from${field === null ? ', if it has a field for them' : ` (${field})`}: it controls the pod's service account ${own}, and can overwrite a change of the account itself${command === undefined ? '' : '; this shows its settings'}`,
    ...(command !== undefined && { command }),
  }
}

/** The words of the step for a new login, where an operator makes the pod's service account: `fix` leaves that to the operator. */
export const loginAtOwner: StepWords<StepOf<'login-at-owner'>>['login-at-owner'] = (
  { registry, reason, ...at },
  { invocation, findings: [{ reference }] },
) => {
  // Calico's images are at both (projectcalico/calico#4833).
  const isAtQuay =
    reason === 'limit' &&
    at.owner.kind === 'Installation' &&
    reference?.startsWith(`${DOCKER_HUB}/calico/`) === true
  const create = isAtQuay
    ? `Have Calico's images pulled from quay.io, which has the same (spec.registry: quay.io/ in Installation ${at.owner.name}). Or create`
    : reason === 'private'
      ? 'If the image is private, create'
      : 'Create'
  const how = `\`kubectl create secret docker-registry\` with --docker-server=${authsKey(registry)}`
  return atOwner(
    `${create} a pull secret with a login for ${registryLabel(registry)} (${how}), and name it where`,
    at,
    invocation,
  )
}

/** Returns what made such a text of a name: charts and their subcharts differ in what they expect (evryfs/helm-charts#183). */
export const madeByTemplate = (text: string, name: string) =>
  text.startsWith('[')
    ? `most likely, a Helm chart or subchart takes one plain name there and got a list, so write "${name}" in its values instead of the list`
    : `most likely, a Helm chart or subchart takes plain names there and got an object, so write "- ${name}" in its values instead of "- name: ${name}"`

/** Returns why new pods get another login: the service account had no list of pull secrets when these were made, or another one. */
export function recreationText(
  { credential: { attempts, hints = [] }, host }: Pick<AdvisedFinding, 'credential' | 'host'>,
  invocation: Invocation,
): string {
  const old = [...new Set(attempts.map(({ secret }) => secret))]
  if (old.length === 0)
    return 'Recreate the pods: they are older than the pull secret that new pods get from the service account'
  const later = hints.find(hint => hint.code === 'service-account-changed-later')
  const now = later?.secrets ?? []
  if (later?.unlessListed)
    return `Recreate the pods, or, if their template lists ${shortList(old, 3)} itself, add ${shortList(now, 3)} there: service account ${later.serviceAccount} now has ${shortList(now, 3)}, with a login for the image, and only new pods without a list of their own get it`
  return `Recreate the pods: their template names no pull secrets, so those that they have (${shortList(old, 3)}) were added when they were created, from their service account or by a webhook, and new ones get what the account has today${now.length === 0 ? '' : ` (${shortList(now, 3)})`}. If they have ${shortList(old, 3)} again, a mutating webhook or policy sets that list in place of the account's: let it keep what a pod has, and add to it (see \`${webhooksCommand(invocation, { host })}\`)`
}

/** Returns what leaves a name without the hash that kustomize appends; empty for other names (kubectl.docs.kubernetes.io, secretGenerator). */
function generatedNote(named: string, secret: string): string {
  return generatedFrom(secret) === named
    ? '. A secretGenerator of kustomize makes such names, and kustomize adjusts references only in its own resources, of kinds that it knows (for others, add a nameReference, or set disableNameSuffixHash)'
    : ''
}

/** The words of that step. */
export const useKnownSecret: StepWords<StepOf<'use-known-secret'>>['use-known-secret'] = (step, context) => {
  const { hint } = step
  const known = knownSecret(step, context)
  const aged = context.findings[0].clues.find(
    clue =>
      clue.code === 'aged-hint' &&
      'secret' in hint &&
      clue.secret === hint.secret &&
      clue.namespace === hint.namespace,
  )
  return aged?.code !== 'aged-hint'
    ? known
    : {
        ...known,
        text: `${known.text}. Unless something renews the login in ${aged.secret}, put a new one into it first: it is a token, which lasts ${pluralize(aged.hours, 'hour')}, and as far as the cluster shows, it is older`,
      }
}

const knownSecret: StepWords<StepOf<'use-known-secret'>>['use-known-secret'] = (
  { hint, namespace },
  { invocation, findings, findings: [first] },
) => {
  if (hint.code === 'service-account-secrets-ignored') return hiddenSecretEdit(invocation, findings, hint)
  if (hint.code === 'in-namespace') {
    const [target = namespace, ...others] = new Set(
      findings.filter(knows(hint)).map(found => found.namespace),
    )
    const named = findings.flatMap(
      ({ credential }) => credential.attempts.find(({ secret }) => secret === hint.secret) ?? [],
    )
    const copy = `Copy secret ${hint.secret}, which has a login for the image, from namespace ${hint.namespace} into ${shortList([target, ...others], 3)}`
    if (named.some(({ problem }) => problem !== 'secret-missing'))
      return {
        text: `${copy} under another name, and add that to the imagePullSecrets beside ${hint.secret}: the secret of this name there has no login that the kubelet can use for the image`,
      }
    const isNamed = named.length === findings.length
    const place = findings.some(hasOwnList)
      ? `the imagePullSecrets of ${secretList(first, '', invocation)}${managedPlace(first, invocation)}`
      : `${accountOfCopy(findings, hint, invocation)}${orInResource(first)}${newPods(first)}${hookNote(first, invocation)}`
    return {
      text: `${copy}${isNamed ? ', where the pod names it already' : `, and add it to ${place}`}${others.length === 0 ? '' : nextNamespaces(findings)}`,
      ...(others.length < MAX_COPIES && {
        command: [target, ...others].map(into => copyCommand(invocation, hint, into)).join(' && '),
      }),
    }
  }
  if (hint.code === 'not-named' && hint.misspelled !== undefined) {
    const named = first.credential.attempts.find(({ secret }) => secret === hint.misspelled)
    const lacking =
      named?.problem === 'impossible-name'
        ? `no Secret can have the name ${hint.misspelled}`
        : `${hint.misspelled} does not exist`
    const why = `: ${hint.secret} has a login for the image, and ${lacking}${named?.detail === hint.secret ? `; ${madeByTemplate(hint.misspelled, hint.secret)}` : ''}${generatedNote(hint.misspelled, hint.secret)}`
    const correct = 'Correct the name of the pull secret in'
    if (hint.listedIn === 'template') {
      const edit = templateEdit(place => `${correct} ${place}${why}`, findings, invocation)
      if (edit !== null) return edit
    } else if (
      hint.listedIn === 'account' &&
      first.workload?.group === undefined &&
      hint.ownedBy === undefined
    ) {
      const { name, ...edit } = ownAccount(hint, findings, invocation)
      const account = name === '' ? "the pod's service account" : `service account${name}`
      return {
        text: `${correct} ${account}${accountPlace(hint.own, first, invocation)}${newPods(first)}${why}`,
        ...edit,
      }
    }
    return {
      text: `${correct} ${first.workload === null ? "the pod's manifest or service account (for either, create the pod again)" : first.workload.group === undefined ? "the pod's template or service account" : `${objectName(first.workload)} or the pod's service account`}${managedPlace(first, invocation)}${why}`,
    }
  }
  if (hint.code === 'not-named' && hint.dropped) {
    const { pod, credential } = first
    const has = [...new Set(credential.attempts.map(({ secret }) => secret))]
    return {
      text: `Let the mutating webhook or policy that replaced the pull secrets of pod ${pod} keep those of its template, then delete the pod: ${workloadPath(first)} names ${hint.secret}, which has a login for the image, and the pod has ${has.length === 0 ? 'none' : `only ${shortList(has, 3)}`}; this lists the webhooks`,
      command: webhooksCommand(invocation, first),
    }
  }
  const { name, ...edit } = ownAccount(hint, findings, invocation)
  if (hint.ownedBy !== undefined && !hasOwnList(first)) return throughOwner(hint, hint.ownedBy, invocation)
  if (hint.code === 'on-service-account')
    return {
      text: `Add secret ${hint.secret}, which service account ${hint.serviceAccount} has, to the imagePullSecrets of ${hasOwnList(first) ? secretList(first, name, invocation) : `the pod's own service account${name} (or run the pod under the other one)${accountPlace(hint.own, first, invocation)}${newPods(first)}${hookNote(first, invocation)}`}`,
      ...edit,
    }
  const add = `Add secret ${hint.secret}, which has a login for the image, to the imagePullSecrets of`
  const ofTemplate = hasOwnList(first) ? templateEdit(place => `${add} ${place}`, findings, invocation) : null
  if (ofTemplate !== null) return ofTemplate
  // The values of a chart change its template, and not an account that it does not make.
  if (
    hint.own === DEFAULT &&
    !hasOwnList(first) &&
    first.managedBy !== undefined &&
    first.workload?.group === undefined
  )
    return {
      text: `${add} service account ${DEFAULT}${newPods(first)}, or of the pod's template${subChartNote(first)}${managedPlace(first, invocation)}`,
      ...edit,
    }
  return {
    text: `${add} ${secretList(first, name, invocation)}${subChartNote(first)}${managedPlace(first, invocation)}${hasOwnList(first) ? '' : `${newPods(first)}${hookNote(first, invocation)}`}`,
    ...edit,
  }
}

/** The words of the step for an entry of imagePullSecrets without a name, such as a chart makes of values in another form (bitnami/charts#3135). */
export const nameSecret: StepWords<StepOf<'name-secret'>>['name-secret'] = (
  { secrets, serviceAccount },
  { invocation, findings: [first] },
) => {
  const what =
    secrets.length === 0
      ? `the name of a pull secret with a login for ${registryLabel(first.registry)}`
      : `the name ${shortList(secrets, 3)}`
  const or =
    serviceAccount === null
      ? "or give the pods' service account such a secret, and remove that list"
      : `or remove that list, so that new pods get ${shortList(secrets, 3)} from service account ${serviceAccount}`
  return editField(
    invocation,
    first,
    `Correct the entry of imagePullSecrets that has no name: give it ${what}, ${or} (a chart writes such an entry if its values don't have the form that it expects)`,
  )
}
