/** Keeps logins that the registry has refused to one pod from being proposed to another, and finds copies whose source has another login by now. */

import { parseReference } from '../../image/reference.ts'
import { objectKey } from '../../snapshot/object-key.ts'
import type { NumberedLogin, PullSecret } from '../../snapshot/pull-secret.ts'
import { type Clue, clueOf } from '../clues/clue.ts'
import type { Finding } from '../finding.ts'
import type { Attempt, CredentialHint } from './credential-report.ts'
import { hasLoginFor, type KnownLogins } from './known-logins.ts'
import { usableAttempts } from './pod-credential.ts'
import { hintsElsewhere } from './pull-credential.ts'

/** The secrets whose login a registry has refused, and in a dump, every secret with the same login. */
type IsRefused = (registry: string | null, secret: { namespace: string; secret: string }) => boolean

interface Refusals {
  isRefused: IsRefused
  /** Those of the secrets whose login the registry has not refused, once for each list. */
  among: (registry: string | null, secrets: PullSecret[]) => PullSecret[]
}

/** Judges all findings at once, as what one pod was refused matters for the others. */
export function withoutRefusedLogins(findings: Finding[], known: KnownLogins): Finding[] {
  const refused = findings.filter(isRefusal)
  if (refused.length === 0) return findings
  const unaccepted = refused.filter(({ subcause }) => subcause === 'credential-refused')
  const refusals = refusedIn(unaccepted, known)
  const { isRefused } = refusals
  return findings.map(finding => {
    const [hints, clues] = [hintsOf(finding, refusals, known), cluesWithout(finding, isRefused)]
    const stale = isRefusal(finding) ? staleCopies(finding, isRefused, known) : []
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

function refusedIn(findings: Finding[], { loginsIn }: KnownLogins): Refusals {
  const names = new Set<string>()
  const numbers = new Set<string>()
  for (const { registry, namespace, credential } of findings) {
    for (const { secret, key } of usableAttempts(credential)) {
      names.add(`${registry} ${objectKey(namespace, secret)}`)
      for (const { login } of loginsIn(namespace, secret).filter(each => each.key === key))
        numbers.add(`${registry} ${login}`)
    }
  }
  const isRefused: IsRefused = (registry, { namespace, secret }) =>
    names.has(`${registry} ${objectKey(namespace, secret)}`) ||
    loginsIn(namespace, secret).some(({ login }) => numbers.has(`${registry} ${login}`))
  const left = new Map<string | null, Map<PullSecret[], PullSecret[]>>()
  const among: Refusals['among'] = (registry, secrets) => {
    const known = left.get(registry) ?? new Map<PullSecret[], PullSecret[]>()
    left.set(registry, known)
    const found =
      known.get(secrets) ??
      secrets.filter(({ namespace, name }) => !isRefused(registry, { namespace, secret: name }))
    known.set(secrets, found)
    return found
  }
  return { isRefused, among }
}

/** The hints without those whose login was refused; others take the place of those in other namespaces. */
function hintsOf(
  { credential: { hints }, registry, namespace, image }: Finding,
  { isRefused, among }: Refusals,
  known: KnownLogins,
): CredentialHint[] | undefined {
  if (hints === undefined) return hints
  const left = hints.flatMap(hint => withoutRefused(hint, { registry, namespace, isRefused }))
  if (left.length === hints.length && left.every((hint, index) => hint === hints[index])) return hints
  const reference = parseReference(image)
  return left.some(({ code }) => code !== 'in-namespace') || reference === null
    ? left
    : hintsElsewhere(reference, namespace, known, secrets => among(registry, secrets))
}

function withoutRefused(
  hint: CredentialHint,
  { registry, namespace, isRefused }: Pick<Finding, 'registry' | 'namespace'> & { isRefused: IsRefused },
): CredentialHint[] {
  if (hint.code === 'service-account-secrets-ignored') {
    const secrets = hint.secrets.filter(secret => !isRefused(registry, { namespace, secret }))
    if (secrets.length === hint.secrets.length) return [hint]
    return secrets.length === 0 ? [] : [{ ...hint, secrets }]
  }
  const isProposed =
    hint.code === 'in-namespace' || hint.code === 'not-named' || hint.code === 'on-service-account'
  return isProposed && isRefused(registry, hint) ? [] : [hint]
}

function cluesWithout({ clues, registry }: Finding, isRefused: IsRefused): Clue[] {
  const login = clueOf(clues, 'runs-elsewhere')?.login ?? null
  return login === null || !isRefused(registry, login)
    ? clues
    : clues.map(clue => (clue.code === 'runs-elsewhere' ? { ...clue, login: null } : clue))
}

/** A secret of the pod that a tool copied from another one, whose login for the image is another one by now. Only a dump shows both. */
function staleCopies(
  { registry, namespace, credential, image }: Finding,
  isRefused: IsRefused,
  known: KnownLogins,
): Clue[] {
  const reference = parseReference(image)
  const stale = usableAttempts(credential).flatMap(({ secret, writer, key }): Clue[] => {
    const of = writer?.type === 'copy' ? writer.of : null
    const source = of === null || reference === null ? undefined : known.secretNamed(of)
    if (source === undefined || reference === null || !hasLoginFor(source.entries, reference)) return []
    const from = { namespace: source.namespace, secret: source.name }
    const own = numbersUnder(known.loginsIn(namespace, secret), key)
    const others = known.loginsIn(source.namespace, source.name).map(({ login }) => login)
    const isOther = own.length > 0 && others.length > 0 && !others.some(login => own.includes(login))
    if (!isOther || isRefused(registry, from)) return []
    const copy = known.secretNamed(objectKey(namespace, secret))
    return [{ code: 'stale-copy', secret, source: from, alone: isAlone(copy, key) && isAlone(source, key) }]
  })
  return stale.slice(0, 1)
}

function numbersUnder(logins: readonly NumberedLogin[], key: Attempt['key']): number[] {
  return logins.filter(login => login.key === key).map(({ login }) => login)
}

/** Whether the login under this key is all that the secret has, so that another one can take its place. */
function isAlone(secret: PullSecret | undefined, key: Attempt['key']): boolean {
  return (
    secret?.type === 'kubernetes.io/dockerconfigjson' &&
    secret.entries.length === 1 &&
    secret.entries[0]?.key === key
  )
}
