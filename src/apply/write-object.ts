/** Writes one change to an object other than a pod: the content of a pull secret, or a JSON patch, planned again if the object has changed. */

import {
  DATA_KEY,
  PULL_SECRET_TYPE,
  PullSecretContent,
  RUN_ANNOTATION,
} from '../dockerconfig/pull-secret-content.ts'
import type { KubernetesObject } from '../kubernetes/api/cluster.ts'
import type { JsonPatchOperation } from '../kubernetes/api/write.ts'
import type { Change, CreateSecret, PatchChange, SecretChange, UpdateSecret } from '../plan/change.ts'
import { isWithoutEffect, isWritten, replanPatch } from '../plan/patch.ts'
import type { ApplyContext } from './apply-context.ts'
import { fingerprintOf } from './journal/fingerprint.ts'
import type { ChangeOutcome, OutcomeReason } from './outcome.ts'
import {
  collectionPath,
  isUncertain,
  objectPath,
  outcomeOf,
  readBack,
  refusalOf,
  statusOf,
  successOf,
  writtenAt,
} from './server-view.ts'
import { templateRefusal } from './successor.ts'

/** Creates the Secret, or adds the missing logins to an existing one. A Secret that already contains them is left unchanged. */
export async function writeSecret(change: SecretChange, context: ApplyContext): Promise<ChangeOutcome> {
  const content = context.pullSecret?.only(change.keys) ?? null
  if (content === null) return outcomeOf(change, 'failed', { reason: { code: 'no-login' } })
  try {
    return change.action === 'create-secret'
      ? await createSecret(change, context, content)
      : await updateSecret(change, context, content)
  } catch (error) {
    return settleSecret(change, context, { content, error })
  }
}

/** What the journal records of a write to an existing Secret: its keys, and a fingerprint of each login. */
export interface WrittenKeys extends KubernetesObject {
  keys: { key: string; added: boolean; fingerprint: string }[]
}

function writtenKeys(before: PullSecretContent, content: PullSecretContent): WrittenKeys {
  const keys = content.keys.flatMap(key => {
    const login = content.loginOf(key)
    return login === null
      ? []
      : [{ key, added: !before.keys.includes(key), fingerprint: fingerprintOf(login) }]
  })
  return { keys }
}

async function createSecret(change: CreateSecret, context: ApplyContext, content: PullSecretContent) {
  const { name, namespace } = change.target
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: { 'app.kubernetes.io/managed-by': 'pullguard' },
      annotations: { [RUN_ANNOTATION]: context.run },
    },
    type: PULL_SECRET_TYPE,
    data: { [DATA_KEY]: content.revealData() },
  }
  const written = await context.cluster.create(collectionPath(change.target), object, {
    dryRun: context.dryRun,
  })
  return storedSecret(change, context, content, written)
}

/** Success if the Secret that the server returned gives the kubelet the logins: a webhook may have changed it. */
function storedSecret(
  change: SecretChange,
  context: ApplyContext,
  content: PullSecretContent,
  written: KubernetesObject,
): ChangeOutcome {
  const isKept = PullSecretContent.inSecret(written).serves(content)
  return isKept ? successOf(change, context, written) : alteredOf(change, context, written)
}

/** `failed` if something may be stored, so that an undo looks for what is left of it. */
function alteredOf(change: Change, { dryRun }: ApplyContext, written: KubernetesObject): ChangeOutcome {
  const why = { reason: { code: 'altered-at-admission' as const } }
  return outcomeOf(change, dryRun ? 'refused' : 'failed', why, dryRun ? {} : writtenAt(written))
}

async function updateSecret(change: UpdateSecret, context: ApplyContext, content: PullSecretContent) {
  const path = objectPath(change.target)
  const stored = await context.cluster.get(path)
  const { uid, resourceVersion } = writtenAt(stored)
  if (uid !== change.target.uid) return outcomeOf(change, 'conflict', { reason: { code: 'replaced' } })
  const before = PullSecretContent.inSecret(stored)
  if (before.serves(content)) return outcomeOf(change, 'unchanged')
  const shown = new Set(change.replaces?.map(({ key, username }) => JSON.stringify([key, username])))
  const replaced = before.replacedBy(content, change.ours)
  if (replaced.some(({ key, username }) => !shown.has(JSON.stringify([key, username])))) {
    return outcomeOf(change, 'conflict', { reason: { code: 'changed-meanwhile' } })
  }
  // The patch contains the logins of others too, and a refusal may quote it.
  context.cluster.redactWith(text => before.withoutLogins(text))
  const value = before.completedWith(content).revealData()
  // The intent is recorded here because only the stored Secret shows which keys are new.
  if (!context.dryRun) await context.journal.intent(change, writtenKeys(before, content))
  const patch: JsonPatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    stored.data
      ? { op: 'add', path: `/data/${DATA_KEY}`, value }
      : { op: 'add', path: '/data', value: { [DATA_KEY]: value } },
  ]
  try {
    const written = await context.cluster.jsonPatch(path, patch, { dryRun: context.dryRun })
    return storedSecret(change, context, content, written)
  } catch (error) {
    return settleSecret(change, context, { content, error, resourceVersion })
  }
}

interface FailedWrite {
  content: PullSecretContent
  error: unknown
  /** Of the Secret that was updated; absent for a new one. */
  resourceVersion?: string | undefined
}

/** After a refusal or a lost answer, reads the Secret: the logins may have been written nevertheless. */
async function settleSecret(
  change: SecretChange,
  context: ApplyContext,
  { content, error, resourceVersion }: FailedWrite,
): Promise<ChangeOutcome> {
  const status = statusOf(error)
  if (!isUncertain(error) && status !== 409 && status !== 422) return refusalOf(change, error)
  const stored = await readBack(change, context)
  if (!stored || !PullSecretContent.inSecret(stored).serves(content)) {
    const moved =
      stored && resourceVersion !== undefined && writtenAt(stored).resourceVersion !== resourceVersion
    if (status === 422 && moved)
      return outcomeOf(change, 'conflict', { reason: { code: 'changed-meanwhile' } })
    return refusalOf(change, error)
  }
  const { annotations } = stored.metadata as { annotations?: Record<string, string> }
  const own = annotations?.[RUN_ANNOTATION] === context.run
  return outcomeOf(change, own ? 'applied' : 'unchanged', {}, writtenAt(stored))
}

/** How often to read and patch again a list that others write to at the same time. */
const TRIES = 5

/**
 * Patches the object. If a test of the patch fails, reads the object again: an entry is appended to the current list (recorded in the
 * journal as a new intent); a field that someone else changed is a conflict.
 */
export async function writePatch(change: PatchChange, context: ApplyContext): Promise<ChangeOutcome> {
  let current = change
  for (let attempt = 1; ; attempt++) {
    try {
      const written = await context.cluster.jsonPatch(objectPath(change.target), current.patch, {
        dryRun: context.dryRun,
      })
      if (current.edits.some(edit => isWithoutEffect(edit, written)))
        return alteredOf(change, context, written)
      const refused =
        context.dryRun && change.action === 'patch-template'
          ? await templateRefusal(change, written, context)
          : null
      if (refused) return refused
      return successOf(change, context, written)
    } catch (error) {
      const next = await afterRefusal(change, current, context, error)
      if ('status' in next) return next
      if (attempt === TRIES) return outcomeOf(change, 'conflict', { reason: { code: 'still-changing' } })
      current = next
      if (!context.dryRun) await context.journal.intent(current)
    }
  }
}

/** The outcome, or the change planned again for the current object. */
async function afterRefusal(
  change: PatchChange,
  tried: PatchChange,
  context: ApplyContext,
  error: unknown,
): Promise<ChangeOutcome | PatchChange> {
  const status = statusOf(error)
  const uncertain = isUncertain(error)
  if (!uncertain && status !== 409 && status !== 422) return refusalOf(change, error)
  const object = await readBack(change, context)
  if (!object) return refusalOf(change, error)
  if (change.edits.every(edit => isWritten(edit, object))) {
    return outcomeOf(change, uncertain ? 'applied' : 'unchanged', {}, writtenAt(object))
  }
  if (uncertain) return refusalOf(change, error)
  const replanned = replanPatch(change, object)
  if (!replanned || (context.strict && hasMoved(change, replanned))) {
    return outcomeOf(change, 'conflict', { reason: whatChanged(object, change) })
  }
  // The patch fits the object and was still refused: admission or validation, not a race.
  return isSamePatch(replanned, tried) ? refusalOf(change, error) : replanned
}

function hasMoved(planned: PatchChange, replanned: PatchChange): boolean {
  return JSON.stringify(planned.edits) !== JSON.stringify(replanned.edits)
}

function isSamePatch(one: PatchChange, other: PatchChange): boolean {
  return JSON.stringify(one.patch) === JSON.stringify(other.patch)
}

function whatChanged(object: KubernetesObject, { target }: PatchChange): OutcomeReason {
  return { code: writtenAt(object).uid === target.uid ? 'changed-meanwhile' : 'replaced' }
}
