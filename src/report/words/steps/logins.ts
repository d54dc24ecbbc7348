/** The words of steps that give a pod a login, or remove a wrong one. */

import type { StepOf } from '../../../advice/step/step.ts'
import type { LoginStep } from '../../../advice/step/step-for-access.ts'
import type { AttemptProblem } from '../../../diagnosis/credential/credential-report.ts'
import { acrName } from '../../../image/cloud-registries.ts'
import { DOCKER_HUB } from '../../../image/docker-hub.ts'
import { hostAlone, isLocal, isServiceName } from '../../../image/host.ts'
import { withoutVersion } from '../../../image/reference.ts'
import { isPublic } from '../../../image/registries.ts'
import type { PasswordMistake } from '../../../snapshot/pull-secret.ts'
import { kubectlCommand } from '../../invocation.ts'
import { shellWord } from '../../sanitize.ts'
import { loginFixCommand, whyCommand } from '../commands.ts'
import { authsKey } from '../credential/credential.ts'
import { emptiedBy, problemText, readSecret } from '../credential/credential-problems.ts'
import { foreignNameText } from '../credential/registry-logins.ts'
import { otherDebugContainer } from '../edits/edit-elsewhere.ts'
import { sourceOf } from '../edits/managers.ts'
import { nodeName } from '../node/node.ts'
import { afterLoginChange, guestText, kubeletFolder, runtimeLoginPlace } from '../node/node-logins.ts'
import { namedList, objectName, registryLabel, shortList } from '../nouns.ts'
import { loginOfOthers } from '../running-elsewhere.ts'
import type { StepText, StepWords } from '../step-words.ts'
import { distributeLogin } from './distribute-login.ts'
import { loginAtOwner, madeByTemplate, nameSecret, recreationText, useKnownSecret } from './known-secret.ts'
import { repairSecret } from './malformed-secret.ts'
import { openShiftSecrets } from './openshift-secrets.ts'
import { secretMaker, untranslatedSecret, useOtherLogin } from './other-secrets.ts'
import { renewals } from './renewals.ts'
import { newPods } from './secret-lists.ts'
import { atSource } from './written-secret.ts'

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

/** What replaces a debug container, by what its pull lacks (kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers). */
const DEBUG: Record<StepOf<'other-debug-container'>['reason'], string | undefined> = {
  image: undefined,
  login: DEBUG_LOGIN,
  way: "Start another debug container with an image that the node has or can pull: this one, an ephemeral container, can't be changed or removed, and the pod runs without it",
}

/** A user name that only stands for a missing value. */
const NO_NAME = /^(?:\W*n(?:o value|il)\W*|null|None|undefined)$/

/** What belongs in place of a password, and what is wrong with the one that is there. */
const PASSWORD: Record<PasswordMistake, (username: string) => [wanted: string, why: string]> = {
  'file-name': () => [
    'the content of the file',
    'its password is the name of a file, which the registry gets as it is written',
  ],
  unexpanded: () => [
    'the value itself',
    'its password is a command or variable that nothing replaced with its value, such as $(cat FILE) in single quotes or in YAML, and the registry gets it as it is written',
  ],
  'no-value': username => [
    'the real user name and the real password',
    `${NO_NAME.test(username) ? `its user name is ${username}` : 'its password or user name is a word such as <no value>'}, which a template or script writes where it finds no value: what fills the secret names a field or variable that does not exist or is empty`,
  ],
  'no-key': username => [
    `the service account's whole key file${username.endsWith('_base64') ? ', in base64,' : ''}`,
    `the user name ${username} promises such a key${username.endsWith('_base64') ? ' in base64' : ', which is JSON'}, and the password can't be read as one`,
  ],
}

const SEE_WHY: Record<StepOf<'see-why'>['after'], string> = {
  name: 'See which logins the kubelet tries for this image',
  secrets: 'See what the kubelet reads in each pull secret',
  login: 'See which login the kubelet sends, and from where',
}

/** Returns why this machine can't reach the registry. */
function outOfReach(registry: string): string {
  if (isLocal(registry))
    return `here, ${hostAlone(registry)} is this machine, and on a node, it is the node itself`
  return isServiceName(registry)
    ? 'only the cluster reaches it'
    : 'it looks like the name of a Service, which only the cluster reaches'
}

/** Returns how a pod gets a login beside those that are for other paths of its registry. */
function anotherPath(secrets: readonly string[], key: string, reference: string): string {
  const folder = withoutVersion(reference).replace(/\/[^/]*$/, '')
  return `Create another pull secret with \`kubectl create secret docker-registry\` and --docker-server=${shellWord(folder)}, with a login ${folder === key ? 'for this image' : 'for that path'}, and name it beside ${namedList('secret', secrets, 3)}, whose keys are for other paths of the registry. Or, if the login of one of them may pull this image too, give it the key ${key}`
}

/** Equal answers are listed once, and the node's logins come last: only the first answer is surely that to the first login of the pod. */
const replacePassedOver: StepWords<LoginStep>['replace-passed-over'] = (
  { secrets, status, registry, others },
  { findings: [{ credential }] },
) => {
  const which = `the login for ${registryLabel(registry)} in ${secrets.length === 1 ? 'secret' : 'one of the secrets'} ${shortList(secrets, 3)}`
  if (others === undefined)
    return {
      text: `Correct or remove ${which}: the registry refused it (${status}), and only another login could pull the image`,
    }
  const first = credential.attempts.find(({ usable }) => usable)?.secret
  const isFirst = first !== undefined && secrets.includes(first)
  const other =
    others.length === 0
      ? 'Another one'
      : `That in ${namedList('secret', others, 3)}${isFirst ? ", or one of the node's own," : ''}`
  return {
    text: `Renew or remove ${which}: it was refused itself (${status})${isFirst ? '' : ', unless that was a login of the node'}. ${other} was not, but it does not cover this image, or the image does not exist`,
  }
}

export const loginSteps: StepWords<LoginStep> = {
  'distribute-login': distributeLogin,
  'cluster-login': ({ registry, secret }, { findings: [first] }) => ({
    text: `Create ${secret === undefined ? 'a pull secret' : `secret ${secret}, which the pods name,`} in namespace ${first.namespace} with \`kubectl create secret docker-registry\` and --docker-server=${authsKey(registry)}${secret === undefined ? `, and add it to the pods' service account${newPods(first)}` : ''}. Neither docker nor pullguard can log in to that registry from outside: ${outOfReach(registry)}`,
  }),
  'login-at-owner': loginAtOwner,
  'node-login': ({ registry, perhaps }, { findings: [first] }) => {
    const node = nodeName(first)
    const places = `a config.json of the kubelet (${kubeletFolder(first.host)}/config.json, /root/.docker/config.json), its credential provider, or ${runtimeLoginPlace(first.host)}`
    const name = registryLabel(registry)
    const effect = afterLoginChange(first.host)
    return {
      text: perhaps
        ? `If ${node} itself has a login for ${name}, renew or remove it, as ${name} refuses even public images to a login that has expired: look in ${places}${effect}`
        : `Renew or remove the login for ${name} that ${node} itself sends, as the pod has none: look in ${places} (other nodes may have the same)${effect}`,
    }
  },
  'login-of-others': loginOfOthers,
  ...openShiftSecrets,
  'recreate-pods': (_step, { invocation, findings, findings: [first] }) => {
    const { namespace, workload } = first
    const text = recreationText(first, invocation)
    if (workload === null || !findings.every(({ ofCustomController }) => ofCustomController))
      return { text, command: loginFixCommand(invocation, findings) }
    // `fix` deletes no pods of a controller that may not replace them.
    const here = findings.filter(found => found.namespace === namespace).map(({ pod }) => shellWord(pod))
    return {
      text: `${text}. Start a new run of ${objectName(workload)}, or, if it replaces its pods, delete them`,
      command: kubectlCommand(invocation, `delete pod ${[...new Set(here)].join(' ')}`, namespace),
    }
  },
  'kubelet-login': (_step, { findings: [{ host }] }) =>
    kubeletLogin(`${host.platform === null ? 'such as ' : ''}${kubeletFolder(host)}`),
  'other-debug-container': ({ reason }, { invocation, findings: [{ namespace, pod }] }) =>
    otherDebugContainer(invocation, namespace, pod, DEBUG[reason]),
  'read-secret': ({ namespace, secret, problem }) => readSecret(namespace, problem, secret),
  'add-key': ({ namespace, secret, key, of }) => ({
    text: `Or add the login that secret ${namespace}/${secret} has for ${registryLabel(of)} to it a second time, under the key ${key}, where the secret is created: ${key} takes the same login, and the kubelet finds a login only by its key`,
  }),
  'repair-secret': ({ namespace, secret, problem, beside }, { invocation, findings: [first] }) => {
    const { credential, registry } = first
    const attempt = credential.attempts.find(found => found.secret === secret && found.problem === problem)
    if (problem === 'malformed' || attempt === undefined)
      return repairSecret(invocation, { namespace, secret, first, attempt })
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
    if (beside !== undefined && first.reference !== null)
      return { text: anotherPath([secret, ...beside], key, first.reference) }
    const { writer } = attempt
    // What is changed by hand, its writer would overwrite. A fix only keeps what it distributed itself.
    if (writer !== undefined && writer.type !== 'fix')
      return {
        text: `${atSource(problem, secret, key, attempt)(sourceOf(writer, namespace, invocation))}: ${why}`,
      }
    if (problem === 'other-registry' && attempt.mismatch === 'path')
      return {
        text: `Recreate secret ${secret} with --docker-server=${key}, if its login may pull this image too, or add another login for ${key} to it: ${why}`,
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
    text: `${isPublic(reference) ? `Remove the refused login, as anyone can pull ${image} without one` : refused ? 'Or, if the image is public, remove the refused login' : `If the image is public, renew or remove the login, as ${registryLabel(registry)} refuses even such images to ${registry === 'nvcr.io' ? 'the key of another organization' : 'an expired or revoked token'}`} (${namedList('secret', secrets, 3)} in namespace ${namespace}, for ${registryLabel(registry)}); this shows where the login comes from`,
    command: whyCommand(invocation, { namespace, pod }),
  }),
  'use-known-secret': useKnownSecret,
  'name-secret': nameSecret,
  'use-other-login': useOtherLogin,
  'secret-maker': secretMaker,
  'untranslated-secret': untranslatedSecret,
  'cut-user-name': ({ secret, username }) => ({
    text: `Recreate secret ${secret} with the whole user name: it logs in as ${username}, which looks cut off at a $ that a shell expanded (quote names such as 'robot$team' with single quotes)`,
  }),
  'foreign-user-name': step => ({ text: foreignNameText(step) }),
  'acr-admin': ({ secret, registry }) => ({
    text: `Check whether the admin user of ${registry} is still enabled: secret ${secret} logs in as that user, whose passwords stop working when it is disabled or they are regenerated. If it is disabled, use a repository token (\`az acr token create\`) or a service principal`,
    command: `az acr show --name ${shellWord(acrName(registry))} --query adminUserEnabled`,
  }),
  'padded-login': ({ secret }) => ({
    text: `Recreate secret ${secret}: its user name or password starts or ends with whitespace, which is sent as part of it, such as the line feed that \`echo\` adds (use \`printf '%s'\`, or --docker-password)`,
  }),
  'write-password': ({ namespace, secret, username, mistake, writer }, { invocation }) => {
    const [wanted, why] = PASSWORD[mistake](username)
    const place = writer === null ? '' : ` ${sourceOf(writer, namespace, invocation)}`
    const start = writer === null ? `Recreate secret ${secret}` : `Correct secret ${secret}`
    const asWhat = mistake === 'no-value' ? '' : ' as the password'
    const read =
      mistake === 'no-key' && username.endsWith('_base64') ? "base64 < FILE | tr -d '\\n'" : 'cat FILE'
    return {
      text: `${start}${place}${writer === null ? '' : ','} with ${wanted}${asWhat}${writer === null && mistake !== 'no-value' ? ` (\`kubectl create secret docker-registry\` with --docker-password="$(${read})")` : ''}: ${why}`,
      brief: `${start} with ${wanted}${asWhat}: ${why}`,
    }
  },
  'guest-settings': ({ needs }, { findings: [first] }) => ({ text: guestText(needs, first) }),
  ...renewals,
  'make-public': ({ registry }) => ({
    text: `If the image is meant for everyone, make it public (${VISIBILITY[registry] ?? 'in the settings of its repository'}), or ask its publisher to; otherwise give the pods a login that can pull it`,
    brief:
      'If the image is meant for everyone, make it public, or ask its publisher to; otherwise give the pods a login that can pull it',
  }),
  'overridden-login': ({ secret }) => ({
    text: `Recreate secret ${secret}: its auth field holds a different user name or password than its username and password fields, and auth is what the kubelet sends`,
  }),
  'replace-passed-over': replacePassedOver,
  'see-why': ({ after }, { invocation, findings: [first] }) => ({
    text: SEE_WHY[after],
    command: whyCommand(invocation, first),
  }),
}
