/** Keeps logins that the registry has refused to one pod from being proposed to another, and finds copies whose source has another login by now. */

import { lookUpCredentials } from '../../dockerconfig/kubelet-lookup.ts'
import { fullRepository, parseReference, type Reference } from '../../image/reference.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { NumberedLogin, PullSecret } from '../../snapshot/pull-secret.ts'
import { type Clue, clueOf } from '../clues/clue.ts'
import type { Finding } from '../finding.ts'
import { faultsLogin } from '../refusal/denial-words.ts'
import { textMemo } from '../text/memoize-by-text.ts'
import { parsePullErrors } from '../text/pull-error.ts'
import type { Attempt, CredentialHint } from './credential-report.ts'
import { hasLoginFor, type KnownLogins } from './known-logins.ts'
import { usableAttempts } from './pod-credential.ts'
import { hintsElsewhere } from './pull-credential.ts'
import { isAlone } from './secret-age.ts'

/** Whether the registry has refused every login that the secret has for the image, or in a dump, the same logins in another secret. */
type IsRefused = (image: string, secret: SecretName) => boolean

type StaleCopy = Extract<Clue, { code: 'stale-copy' }>

interface SecretName {
  namespace: string
  secret: string
}

interface Refusals {
  isRefused: IsRefused
  /** Those of the secrets, all with the same keys, whose logins for the image the registry has not refused. */
  among: (image: Reference, secrets: PullSecret[]) => PullSecret[]
}

/** Judges all findings at once, as what one pod was refused matters for the others. */
export function withoutRefusedLogins(findings: Finding[], known: KnownLogins): Finding[] {
  const refused = findings.filter(isRefusal)
  if (refused.length === 0) return findings
  const copies = new Map(refused.map(finding => [finding, staleCopies(finding, known)]))
  const unaccepted = refused.filter(({ subcause }) => subcause === 'credential-refused')
  const isOld = (finding: Finding) => (copies.get(finding) ?? []).length > 0
  const refusals = refusedIn(unaccepted, isOld, known)
  const { isRefused } = refusals
  return findings.map(finding => {
    const [hints, clues] = [hintsOf(finding, refusals, known), cluesWithout(finding, isRefused)]
    const renewed = copies.get(finding)?.find(({ source }) => !isRefused(finding.image, source))
    const stale = renewed === undefined ? [] : [renewed]
    if (hints === finding.credential.hints && clues === finding.clues && stale.length === 0) return finding
    const { hints: _all, ...credential } = finding.credential
    return {
      ...finding,
      clues: [...clues, ...stale],
      credential: { ...credential, ...(hints !== undefined && hints.length > 0 && { hints }) },
    }
  })
}

/** Whether the registry has refused the pod's own login. What a mirror refuses is the login of its settings. */
function isRefusal({ cause, credential, endpoint }: Finding): boolean {
  const { status, cameLater, contradicted } = credential
  return (
    cause === 'auth-required-or-denied' &&
    endpoint?.role !== 'mirror' &&
    status === 'usable' &&
    !cameLater &&
    !contradicted
  )
}

/**
 * For what the registry refused the login: all that it has, or this repository. Some answer a request for a token with 403 to a login that only lacks
 * a right to what is asked for. Null if one of several logins may be another case than the others.
 */
function refusedFor(
  { registry, image, credential, evidence }: Finding,
  isSureIn: (text: string) => boolean,
): string | null {
  if (isSureIn(evidence?.text ?? '')) return registry
  const reference = parseReference(image)
  return reference === null || usableAttempts(credential).length > 1 ? null : fullRepository(reference)
}

/** Whether every attempt in a text shows that its login was refused, and not only one request with it. */
function sureRefusals() {
  const isSure = (text: string) =>
    parsePullErrors(text).attempts.every(({ masked, status }) => faultsLogin(masked) || status === 401)
  return textMemo()(isSure)
}

function refusedIn(
  findings: Finding[],
  isOld: (finding: Finding) => boolean,
  { loginsIn, secretNamed }: KnownLogins,
): Refusals {
  const isSureIn = sureRefusals()
  const names = new Set<string>()
  const numbers = new Set<string>()
  const repositories = new Set<string>()
  for (const finding of findings) {
    const { registry, namespace, credential } = finding
    // An old copy is most likely refused because its source was renewed, whatever it was sent for.
    const scope = isOld(finding) ? registry : refusedFor(finding, isSureIn)
    if (scope === null) continue
    if (scope !== registry) repositories.add(scope)
    for (const { secret, key } of usableAttempts(credential)) {
      names.add(`${scope} ${objectKey(namespace, secret)} ${key}`)
      for (const login of numbersUnder(loginsIn(namespace, secret), key)) numbers.add(`${scope} ${login}`)
    }
  }
  const scopesOf = (image: Reference) =>
    [image.registry, fullRepository(image)].filter((scope, index) => index === 0 || repositories.has(scope))
  const areRefused = (scopes: string[], keys: string[], { namespace, secret }: SecretName) =>
    keys.length > 0 &&
    keys.every(key =>
      scopes.some(
        scope =>
          names.has(`${scope} ${objectKey(namespace, secret)} ${key}`) ||
          numbersUnder(loginsIn(namespace, secret), key).some(login => numbers.has(`${scope} ${login}`)),
      ),
    )
  const isRefused: IsRefused = (image, secret) => {
    const reference = parseReference(image)
    const entries = secretNamed(objectKey(secret.namespace, secret.secret))?.entries ?? []
    return reference !== null && areRefused(scopesOf(reference), triedKeys(reference, entries), secret)
  }
  const left = new Map<PullSecret[], Map<string, PullSecret[]>>()
  const among: Refusals['among'] = (image, secrets) => {
    const [keys, scopes] = [triedKeys(image, secrets[0]?.entries ?? []), scopesOf(image)]
    const judged = left.get(secrets) ?? new Map<string, PullSecret[]>()
    left.set(secrets, judged)
    const asked = JSON.stringify([scopes, keys])
    const found =
      judged.get(asked) ??
      secrets.filter(({ namespace, name }) => !areRefused(scopes, keys, { namespace, secret: name }))
    judged.set(asked, found)
    return found
  }
  return { isRefused, among }
}

/** The keys of the logins that the kubelet would try for the image: a secret can have others, such as for another path. */
function triedKeys(image: Reference, entries: PullSecret['entries']): string[] {
  return lookUpCredentials(image, entries).tried.flatMap(({ key, problem }) =>
    problem === null ? [key] : [],
  )
}

/** The hints without those whose login was refused; others take the place of those in other namespaces. */
function hintsOf(
  { credential: { hints }, namespace, image }: Finding,
  { isRefused, among }: Refusals,
  known: KnownLogins,
): CredentialHint[] | undefined {
  if (hints === undefined) return hints
  const left = hints.flatMap(hint => withoutRefused(hint, { image, namespace, isRefused }))
  if (left.length === hints.length && left.every((hint, index) => hint === hints[index])) return hints
  const reference = parseReference(image)
  const account = hints.flatMap(hint => (hint.code === 'in-namespace' ? (hint.account ?? []) : []))[0]
  return left.some(({ code }) => code !== 'in-namespace') || reference === null
    ? left
    : hintsElsewhere(reference, { namespace, account }, known, secrets => among(reference, secrets))
}

function withoutRefused(
  hint: CredentialHint,
  { image, namespace, isRefused }: Pick<Finding, 'image' | 'namespace'> & { isRefused: IsRefused },
): CredentialHint[] {
  if (hint.code === 'service-account-secrets-ignored') {
    const secrets = hint.secrets.filter(secret => !isRefused(image, { namespace, secret }))
    if (secrets.length === hint.secrets.length) return [hint]
    return secrets.length === 0 ? [] : [{ ...hint, secrets }]
  }
  const isProposed =
    hint.code === 'in-namespace' || hint.code === 'not-named' || hint.code === 'on-service-account'
  return isProposed && isRefused(image, hint) ? [] : [hint]
}

function cluesWithout({ clues, image }: Finding, isRefused: IsRefused): Clue[] {
  const login = clueOf(clues, 'runs-elsewhere')?.login ?? null
  return login === null || !isRefused(image, login)
    ? clues
    : clues.map(clue => (clue.code === 'runs-elsewhere' ? { ...clue, login: null } : clue))
}

/** Secrets of the pod that a tool copied from others, whose login for the image is another one by now. Only a dump shows both. */
function staleCopies({ namespace, credential, image }: Finding, known: KnownLogins): StaleCopy[] {
  const reference = parseReference(image)
  if (reference === null) return []
  return usableAttempts(credential).flatMap(({ secret, writer, key }): StaleCopy[] => {
    const source = writer?.type === 'copy' ? known.secretNamed(writer.of ?? '') : undefined
    if (source === undefined || !hasLoginFor(source.entries, reference)) return []
    const from = { namespace: source.namespace, secret: source.name }
    const own = numbersUnder(known.loginsIn(namespace, secret), key)
    const others = known.loginsIn(source.namespace, source.name).map(({ login }) => login)
    const isOther = own.length > 0 && others.length > 0 && !others.some(login => own.includes(login))
    if (!isOther) return []
    const copy = known.secretNamed(objectKey(namespace, secret))
    const alone = [copy, source].every(
      each => each !== undefined && isAlone(each) && each.entries[0]?.key === key,
    )
    return [{ code: 'stale-copy', secret, source: from, alone }]
  })
}

function numbersUnder(logins: readonly NumberedLogin[], key: Attempt['key']): number[] {
  return logins.filter(login => login.key === key).map(({ login }) => login)
}
