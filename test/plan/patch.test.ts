/** Patches of pull secret lists, for any list there can be: everything stays, one entry comes, and the way back is exact. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PatchServiceAccount } from '../../src/plan/change.ts'
import { isWritten, replanPatch, restoration } from '../../src/plan/patch.ts'
import { applyJsonPatch } from '../../src/simulator/api-server/json-patch.ts'
import type { ApiObject } from '../../src/simulator/cluster/objects.ts'
import { account, planFor, workload } from './inputs.ts'

const entry = fc.oneof(
  fc.constantFrom('a', 'b', 'registry', '', 'x/y~z').map(name => ({ name })),
  fc.constant<{ name?: string }>({}),
)
const list = fc.option(fc.array(entry, { maxLength: 6 }))

function stored(imagePullSecrets: { name?: string }[] | null): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: 'default',
      namespace: 'web',
      uid: 'uid-web-default',
      resourceVersion: '7',
      creationTimestamp: '',
    },
    ...(imagePullSecrets && { imagePullSecrets }),
  }
}

function changeFor(imagePullSecrets: { name?: string }[] | null): PatchServiceAccount {
  const plan = planFor({ fixScope: { serviceAccounts: [account({ imagePullSecrets })] } })
  const change = plan.changes.find(({ action }) => action === 'patch-serviceaccount')
  return change?.action === 'patch-serviceaccount' ? change : expect.fail('no change')
}

test('any list keeps every entry in its order and gains exactly one, at the end', () => {
  fc.assert(
    fc.property(list, before => {
      const after = applyJsonPatch(stored(before), changeFor(before).patch)
      expect(after.imagePullSecrets).toEqual([...(before ?? []), { name: 'dockercreds' }])
    }),
  )
})

test('the way back gives any list as it was, absent or empty', () => {
  fc.assert(
    fc.property(list, before => {
      const change = changeFor(before)
      const after = applyJsonPatch(stored(before), change.patch)
      expect(applyJsonPatch(after, restoration(change, after).patch)).toEqual(stored(before))
    }),
  )
})

test('the way back keeps whatever others have put into the list since', () => {
  fc.assert(
    fc.property(list, fc.array(entry), fc.array(entry), (before, ahead, behind) => {
      const change = changeFor(before)
      const after = applyJsonPatch(stored(before), change.patch)
      const now = [...ahead, ...(after.imagePullSecrets as object[]), ...behind]
      const changed = { ...after, imagePullSecrets: now }
      const left = applyJsonPatch(changed, restoration(change, changed).patch).imagePullSecrets ?? []
      expect(left).toEqual([...ahead, ...(before ?? []), ...behind])
    }),
  )
})

test('a patch made for one list is refused by the server for another, and fits it once planned again', () => {
  fc.assert(
    fc.property(list, list, (planned, found) => {
      const change = changeFor(planned)
      const object = stored(found)
      object.metadata.resourceVersion = '8'
      const same = planned !== null && JSON.stringify(planned) === JSON.stringify(found)
      if (!same) expect(() => applyJsonPatch(object, change.patch)).toThrow()
      const again = replanPatch(change, object) ?? expect.fail('it should fit')
      const after = applyJsonPatch(object, again.patch)
      expect(after.imagePullSecrets).toEqual([...(found ?? []), { name: 'dockercreds' }])
      expect(change.edits.every(edit => isWritten(edit, after))).toBe(true)
    }),
  )
})

test('another object of the same name is not patched', () => {
  const object = stored(null)
  object.metadata.uid = 'another'
  expect(replanPatch(changeFor(null), object)).toBeNull()
  expect(() => applyJsonPatch(object, changeFor(null).patch)).toThrow()
})

test('a template whose own list is gone meanwhile is not given a new one, which would hide its service account’s', () => {
  const workloads = [workload({ imagePullSecrets: [{ name: 'own' }] })]
  const change = planFor({ fixScope: { workloads } }).changes.find(
    ({ action }) => action === 'patch-template',
  )
  if (change?.action !== 'patch-template') expect.fail()
  const now = (imagePullSecrets?: object[]) => ({
    metadata: { uid: change.target.uid, resourceVersion: '9' },
    spec: { template: { spec: { imagePullSecrets } } },
  })
  expect(replanPatch(change, now([{ name: 'other' }]))).not.toBeNull()
  expect(replanPatch(change, now())).toBeNull()
  expect(replanPatch(change, now([]))).toBeNull()
})
