/** The words of steps that give a pod a login, or remove a wrong one. */

import type { AdvisedFinding } from '../../../advice/add-steps.ts'
import type { StepOf } from '../../../advice/step.ts'
import type { LoginReason, LoginStep } from '../../../advice/step-for-access.ts'
import type { AttemptProblem } from '../../../diagnosis/credential-report.ts'
import { DOCKER_HUB } from '../../../image/docker-hub.ts'
import { hostAlone, isLocal, isServiceName } from '../../../image/host.ts'
import { isGitLab, isInDependencyProxy, isPublic } from '../../../image/registries.ts'
import { type Invocation, kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { loginFixCommand, missingSecret, whyCommand } from '../commands.ts'
import { authsKey, emptiedBy, problemText, readSecret, sentFrom } from '../credential.ts'
import { otherDebugContainer } from '../edits.ts'
import { managerName, sourceOf, writerText } from '../managers.ts'
import { nodeName } from '../node.ts'
import { guestText, kubeletFolder, runtimeLoginPlace } from '../node-logins.ts'
import { registryLabel, shortList } from '../nouns.ts'
import {
  foreignNameText,
  loginCommand,
  loginNote,
  PROXY_SCOPES,
  renewText,
  shortLivedText,
} from '../registry-logins.ts'
import { loginOfOthers } from '../running-elsewhere.ts'
import type { StepText, StepWords } from '../step-words.ts'
import {
  hasOwnList,
  madeByTemplate,
  nameSecret,
  newPods,
  recreationText,
  useKnownSecret,
} from './known-secret.ts'
import { openShiftSecrets } from './openshift-secrets.ts'
import { secretMaker, untranslatedSecret, useOtherLogin } from './other-secrets.ts'
import { atSource } from './written-secret.ts'

const LOGIN: Record<LoginReason, (login: string, registry: string, refused: readonly string[]) => string> = {
  opens: (_login, registry) =>
    `Distribute this machine's login for ${registry} to the pods: it can pull the image`,
  missing: login =>
    `Run ${login} with an account that can pull this image, then distribute that login (as a pull secret of the pods' service accounts)`,
  refused: (login, _registry, refused) =>
    `Log in again on this machine (${login}) with an account that can pull the image, then distribute that login${refused.length === 0 ? '' : ` (the one in ${refused.length === 1 ? 'secret' : 'secrets'} ${shortList(refused, 3)} was refused)`}`,
  private: login =>
    `If the image is private, run ${login} with an account that can pull it, then distribute that login`,
  limit: (login, registry) =>
    `Give the pods this machine's login for ${registry} (run ${login} first), so their pulls count against that account`,
  elsewhere: (login, registry) =>
    `Then run ${login} with an account that can pull there, and distribute that login once the pods ask ${registry}`,
  stopgap: (login, registry) =>
    `Run ${login}, then distribute that login, only to bridge the time until the nodes' own identity works for ${registry}: remove it afterward`,
  'account-limit': (login, registry) =>
    `${registry === 'Docker Hub' ? "Upgrade the account's plan, or use" : 'Use'} an account with a higher limit (run ${login} first), then distribute that login`,
}

/** Shorter words for steps that explain themselves. */
const BRIEF_LOGIN: Partial<typeof LOGIN> = {
  missing: login => `Run ${login} with an account that can pull the image, then distribute that login`,
  limit: (login, registry) => `Give the pods your login for ${registry} (${login} first)`,
}

/** Returns how to create the pull secret that the pods name already. */
const named = (secret: string, registry: string, login: string) =>
  `Create secret ${secret}, which the pods name, with a login for ${registry}: first run ${login} with an account that can pull the image`

/** Returns the same under the condition that makes a login the right thing, and what else may have been meant to create the secret. */
function missingText(reason: LoginReason, create: string, { managedBy }: AdvisedFinding): string {
  const start =
    reason === 'private' ? `If the image is private, ${create.replace('Create', 'create')}` : create
  return managedBy === undefined
    ? start
    : `${start} (or add the secret to what ${managerName(managedBy)} deploys, if it was meant to come from there)`
}

/** Returns what to know about the registry's logins, or else what its answer asks for. */
function noteFor(registry: string, { clues, reference, credential, evidence }: AdvisedFinding): string {
  if (isInDependencyProxy(reference)) return `; the login is a deploy token of the group with ${PROXY_SCOPES}`
  const asksForToken = clues.some(({ code }) => code === 'token-wanted')
  // GitLab says so of any wrong login, even of a token, which has user names of its own (docs.gitlab.com/user/project/deploy_tokens).
  const isPerson = credential.attempts.some(
    ({ usable, username }) => usable && !OF_TOKEN.test(username ?? ''),
  )
  const note = loginNote(registry)
  if (asksForToken && (isGitLab(registry) || OF_GITLAB.test(evidence?.text ?? ''))) {
    const rule = 'GitLab takes no password from an account with two-factor authentication'
    return isPerson ? `${note}${note === '' ? `; ${rule}` : ` (${rule})`}` : note
  }
  return (
    note ||
    (asksForToken ? `; ${registryLabel(registry)} asks for a personal access token as the password` : '')
  )
}

/** User names that only go with tokens. */
const OF_TOKEN = /^(?:gitlab\+deploy-token-|gitlab-ci-token$|(?:project|group)_\d+_bot)/

/** What a GitLab of any name answers to a wrong login. */
const OF_GITLAB = /\bHTTP Basic: Access denied\b/

/** Where each registry has the visibility of an image. */
const VISIBILITY: Partial<Record<string, string>> = {
  'ghcr.io': 'on GitHub, Package settings, Change visibility: new packages are private',
  'quay.io': "on Quay, the repository's Settings, Make Public: repositories that a push creates are private",
  'registry.gitlab.com': "on GitLab, the visibility of its project and of that project's container registry",
  [DOCKER_HUB]: "on Docker Hub, the repository's Settings, Visibility",
}

/** The type of the new secret, if that of the old one is wrong: a Secret's type can't be changed. */
const FITTING: Partial<Record<AttemptProblem, string>> = {
  'wrong-type': ' with the type kubernetes.io/dockerconfigjson, for example',
  'wrong-layout': ' with the type that fits its content, for example',
}

/** Types of Secrets that are something else on purpose, so that another one is meant. */
const OF_OTHER_USE =
  /^(?:kubernetes\.io\/(?:tls|ssh-auth|service-account-token)|bootstrap\.kubernetes\.io\/token|helm\.sh\/release\.v1)$/

/** Returns how a static pod gets a login, which no object in the cluster can provide. @param folder the kubelet's; absent for any node */
export function kubeletLogin(folder = 'such as /var/lib/kubelet'): StepText {
  return {
    text: `Put a login for the kubelet on the node, as config.json (like ~/.docker/config.json) in the kubelet's folder, ${folder}, and restart the kubelet: static pods can't use pull secrets`,
  }
}

/** How a debug container gets an image that it has no login for. */
export const DEBUG_LOGIN =
  "Start another debug container with an image that is on the node: this one pulls with its pod's pull secrets, which never change"

/** Returns how to fix a malformed pull secret. */
export function repairSecret(
  invocation: Invocation,
  namespace: string,
  secret: string,
  registry: string | null = null,
): StepText {
  return {
    text: `Recreate secret ${secret}, or remove it from the pod's imagePullSecrets${registry === null ? '' : loginNote(registry)}`,
    command: kubectlCommand(invocation, `get secret ${shellWord(secret)} -o yaml`, namespace),
  }
}

const SEE_WHY: Record<StepOf<'see-why'>['after'], string> = {
  name: 'See which logins the kubelet tries for this image',
  secrets: 'See what the kubelet reads in each pull secret',
  login: 'See which login the kubelet sends, and from where',
}

/** Returns the registry that a key is for, which need not be the image's. */
function registryOf(key: string | null, registry: string | null): string | null {
  return key === null || key === authsKey(registry) ? registry : key
}

/** Returns why this machine can't reach the registry. */
function outOfReach(registry: string): string {
  if (isLocal(registry))
    return `here, ${hostAlone(registry)} is this machine, and on a node, it is the node itself`
  return isServiceName(registry)
    ? 'only the cluster reaches it'
    : 'it looks like the name of a Service, which only the cluster reaches'
}

export const loginSteps: StepWords<LoginStep> = {
  'distribute-login': ({ reason, registry }, { invocation, findings }) => {
    const secret = missingSecret(findings)
    const login = `\`${loginCommand(registry)}\``
    const label = registryLabel(registry)
    const short = BRIEF_LOGIN[reason]?.(login, label, [])
    const brief = secret === undefined ? short : named(secret, label, login)
    // A pod with a list of its own gets nothing from its service account.
    const isOfAccount = reason !== 'missing' || !findings.some(hasOwnList)
    const text =
      secret === undefined
        ? ((isOfAccount ? undefined : short) ?? LOGIN[reason](login, label, sentFrom(findings)))
        : missingText(reason, named(secret, label, login), findings[0])
    return {
      text: `${text}${noteFor(registry, findings[0])}`,
      ...(brief === undefined ? {} : { brief }),
      command: loginFixCommand(
        invocation,
        findings.map(finding => ({ ...finding, registry })),
      ),
    }
  },
  'cluster-login': ({ registry, secret }, { findings: [first] }) => ({
    text: `Create ${secret === undefined ? 'a pull secret' : `secret ${secret}, which the pods name,`} in namespace ${first.namespace} with \`kubectl create secret docker-registry\` and --docker-server=${authsKey(registry)}${secret === undefined ? `, and add it to the pods' service account${newPods(first)}` : ''}. Neither docker nor pullguard can log in to that registry from outside: ${outOfReach(registry)}`,
  }),
  'node-login': ({ registry, perhaps }, { findings: [first] }) => {
    const node = nodeName(first)
    const places = `a config.json of the kubelet (${kubeletFolder(first.host)}/config.json, /root/.docker/config.json), its credential provider, or ${runtimeLoginPlace(first.host)}`
    const name = registryLabel(registry)
    return {
      text: perhaps
        ? `If ${node} itself has a login for ${name}, renew or remove it, as ${name} refuses even public images to a login that has expired: look in ${places}`
        : `Renew or remove the login for ${name} that ${node} itself sends, as the pod has none: in ${places}`,
    }
  },
  'login-of-others': loginOfOthers,
  ...openShiftSecrets,
  'recreate-pods': (_step, { invocation, findings, findings: [{ credential }] }) => ({
    text: recreationText(credential),
    command: loginFixCommand(invocation, findings),
  }),
  'kubelet-login': (_step, { findings: [{ host }] }) =>
    kubeletLogin(`${host.platform === null ? 'such as ' : ''}${kubeletFolder(host)}`),
  'other-debug-container': ({ reason }, { invocation, findings: [{ namespace, pod }] }) =>
    otherDebugContainer(invocation, namespace, pod, reason === 'login' ? DEBUG_LOGIN : undefined),
  'read-secret': ({ namespace, secret, problem }) => readSecret(namespace, problem, secret),
  'repair-secret': ({ namespace, secret, problem }, { invocation, findings: [{ credential, registry }] }) => {
    const attempt = credential.attempts.find(found => found.secret === secret && found.problem === problem)
    if (problem === 'malformed' || attempt === undefined)
      // What is malformed can be the login for another registry.
      return repairSecret(invocation, namespace, secret, registryOf(attempt?.key ?? null, registry))
    if (problem === 'impossible-name')
      return {
        text: `Write the name of a Secret in place of ${secret} where the pod's imagePullSecrets come from: no Secret can have that name${attempt.detail === undefined ? ", as names consist of lower-case letters, digits, '-', and '.', and start and end with a letter or a digit" : `; ${madeByTemplate(secret, attempt.detail)}`}`,
      }
    if (problem === 'wrong-type' && OF_OTHER_USE.test(attempt.detail ?? ''))
      return {
        text: `Name a pull secret for ${registryLabel(registry)} in place of ${secret} where the pod's imagePullSecrets come from: that Secret has the type ${attempt.detail}, which is for something else`,
      }
    const why = `it ${problemText(problem, attempt)}${emptiedBy(problem, attempt, registry)}`
    const key = authsKey(registry)
    const { writer } = attempt
    // What is changed by hand, its writer would overwrite. A fix only keeps what it distributed itself.
    if (writer !== undefined && writer.type !== 'fix')
      return {
        text: `${atSource(problem, secret, key, attempt)(sourceOf(writer, namespace, invocation))}: ${why}`,
      }
    if (problem === 'other-registry') return { text: `Add a login for ${key} to secret ${secret}: ${why}` }
    // The content is right for the older type; a new Secret of that type would work as well, but is more to change.
    if (problem === 'wrong-layout' && attempt.detail === 'dockercfg')
      return {
        text: `Wrap the content of secret ${secret} in one more level, {"auths": …}, where it is made, if that has a login for ${key}, or recreate it with \`kubectl create secret docker-registry\` and --docker-server=${key}: ${why}`,
        brief: `Wrap the content of secret ${secret} in {"auths": …}: ${why}`,
      }
    return {
      text: `Recreate secret ${secret}${FITTING[problem] ?? ''} with \`kubectl create secret docker-registry\` and --docker-server=${key}, or correct it where it is created: ${why}`,
      brief: `Recreate secret ${secret}, with --docker-server=${key}: ${why}`,
    }
  },
  'remove-login': (
    { namespace, secrets, registry, refused },
    { invocation, findings: [{ pod, reference, image }] },
  ) => ({
    text: `${isPublic(reference) ? `Remove the refused login, as anyone can pull ${image} without one` : refused ? 'Or, if the image is public, remove the refused login' : `If the image is public, renew or remove the login, as ${registryLabel(registry)} refuses even such images to ${registry === 'nvcr.io' ? 'the key of another organization' : 'an expired or revoked token'}`} (secret${secrets.length === 1 ? '' : 's'} ${shortList(secrets, 3)} in namespace ${namespace}, for ${registryLabel(registry)})`,
    command: whyCommand(invocation, { namespace, pod }),
  }),
  'use-known-secret': useKnownSecret,
  'name-secret': nameSecret,
  'use-other-login': useOtherLogin,
  'secret-maker': secretMaker,
  'untranslated-secret': untranslatedSecret,
  'cut-user-name': ({ secret, username }) => ({
    text: `Recreate secret ${secret} with the whole user name: it logs in as ${username}, which looks cut off at a $ that the shell expanded (quote names such as 'robot$team' with single quotes)`,
  }),
  'foreign-user-name': step => ({ text: foreignNameText(step) }),
  'padded-login': ({ secret }) => ({
    text: `Recreate secret ${secret}: its user name or password starts or ends with white space, such as the line feed that \`echo\` writes, which is sent as part of it (use \`printf '%s'\`, or --docker-password)`,
  }),
  'guest-settings': ({ needs }, { findings: [first] }) => ({ text: guestText(needs, first) }),
  'make-public': ({ registry }) => ({
    text: `If the image is meant for everyone, make it public (${VISIBILITY[registry] ?? 'in the settings of its repository'}), or ask its publisher to; otherwise give the pods a login that can pull it`,
    brief:
      'If the image is meant for everyone, make it public, or ask its publisher to; otherwise give the pods a login that can pull it',
  }),
  'short-lived-login': (step, { findings: [{ host }] }) => ({ text: shortLivedText(step, host) }),
  'renew-token': (step, { invocation, findings: [{ host }] }) =>
    renewText(step, host, (rest, namespace) => kubectlCommand(invocation, rest, namespace)),
  'fix-renewer': ({ cronJob, secret }) => ({
    text: `Get cronjob ${cronJob} running first: by its name, it renews such logins as the one in secret ${secret}, and its own image can't be pulled, either`,
  }),
  'overridden-login': ({ secret }) => ({
    text: `Recreate secret ${secret}: its auth field holds a different user name or password than its username and password fields, and auth is what the kubelet sends`,
  }),
  'secret-writer': ({ secret, namespace, writer }, { invocation }) => {
    const { name, command } = writerText(writer, namespace, invocation)
    return {
      text: `Correct the login at its source, and check that the Secret is renewed before the login expires: ${name} writes secret ${secret} and overwrites changes made by hand`,
      ...(command === undefined ? {} : { command }),
    }
  },
  'replace-passed-over': ({ secrets, status, registry }) => ({
    text: `Correct or remove the login for ${registryLabel(registry)} in ${secrets.length === 1 ? 'secret' : 'one of the secrets'} ${shortList(secrets, 3)}: the registry refused it (${status}), and only another login could pull the image`,
  }),
  'see-why': ({ after }, { invocation, findings: [first] }) => ({
    text: SEE_WHY[after],
    command: whyCommand(invocation, first),
  }),
}
