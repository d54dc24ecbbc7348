/** Finds Secrets of earlier fixes whose login differs from this machine's current one: new pods may fail with the old login. */

import { listRuns } from '../../apply/journal/find-runs.ts'
import { isUndone, madeSecrets, type Run } from '../../apply/journal/run.ts'
import { PullSecretContent } from '../../dockerconfig/pull-secret-content.ts'
import { outdatedSecretsText } from '../../report/views/logins.ts'
import { readSecretsNamed } from '../../source/live/fix-secrets.ts'
import { Reading } from '../../source/live/reading.ts'
import { invocationOf } from '../invocation.ts'
import { machineLoginsFor } from './find-logins.ts'
import type { FixSession } from './session.ts'

/** Prints on standard error how to renew them. Nothing fails yet, so Secrets that can't be read and missing logins are not reported. */
export async function warnOfRotatedLogins(session: FixSession): Promise<void> {
  const { options, context, cluster, journals } = session
  if (!options.authenticate) return
  const all = await listRuns(journals, { server: cluster.server })
  const runs = all.filter(run => isOpen(run, options.secretName))
  const registries = [...new Set(runs.flatMap(({ plan }) => plan?.registries ?? []))]
  const written = new Set(runs.flatMap(secretNamespaces))
  const namespaces = [...written].filter(name => options.allNamespaces || name === cluster.namespace)
  if (registries.length === 0 || namespaces.length === 0) return
  const wanted = registries.map(registry => ({ registry, repositories: [] }))
  const { credentials } = await machineLoginsFor(wanted, context)
  if (credentials.length === 0) return
  const reading = new Reading(cluster, { signal: context.signal })
  const scope = { namespaces, wide: options.allNamespaces }
  const content = PullSecretContent.of(credentials)
  const named = {
    secretName: options.secretName,
    wanted: content,
    madeSecrets: madeSecrets(all, session.clusterUid),
  }
  const secrets = await readSecretsNamed(reading, scope, named)
  const old = secrets.filter(({ ours, served }) => ours && !content.keys.every(key => served.includes(key)))
  if (old.length === 0) return
  const rotated = {
    secrets: old.length,
    registries,
    allNamespaces: options.allNamespaces,
    namespace: cluster.namespace,
  }
  await context.err.write(`${outdatedSecretsText(rotated, invocationOf(context, options.connection))}\n`)
}

function isOpen(run: Run, secretName: string): boolean {
  return run.plan?.secretName === secretName && !isUndone(run)
}

function secretNamespaces({ entries }: Run): string[] {
  return entries.flatMap(({ change: { target } }) => (target.kind === 'Secret' ? [target.namespace] : []))
}
