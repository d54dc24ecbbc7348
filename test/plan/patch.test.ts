/** Patches of pull secret lists, for any list: all entries stay, one is added, and undoing it is exact. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PatchServiceAccount } from '../../src/plan/change.ts'
import { isWritten, replanPatch, restoration, valueAt } from '../../src/plan/patch.ts'
import { applyJsonPatch } from '../../src/simulator/api-server/json-patch.ts'
import type { ApiObject } from '../../src/simulator/cluster/objects.ts'
import { template } from '../report/plan-samples.ts'
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
  const plan = planFor({ fixObjects: { serviceAccounts: [account({ imagePullSecrets })] } })
  const change = plan.changes.find(({ action }) => action === 'patch-serviceaccount')
  return change?.action === 'patch-serviceaccount' ? change : expect.fail('no change')
}

test('any list keeps every entry in order and gets exactly one more, at the end', () => {
  fc.assert(
    fc.property(list, before => {
      const after = applyJsonPatch(stored(before), changeFor(before).patch)
      expect(after.imagePullSecrets).toEqual([...(before ?? []), { name: 'dockercreds' }])
    }),
  )
})

test('undoing restores any list, whether it was absent or empty', () => {
  fc.assert(
    fc.property(list, before => {
      const change = changeFor(before)
      const after = applyJsonPatch(stored(before), change.patch)
      expect(applyJsonPatch(after, restoration(change, after).patch)).toEqual(stored(before))
    }),
  )
})

test('undoing keeps whatever others have put into the list since', () => {
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

test('the server refuses a patch made for another list, and accepts it after planning again', () => {
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

test('another object with the same name is not patched', () => {
  const object = stored(null)
  object.metadata.uid = 'another'
  expect(replanPatch(changeFor(null), object)).toBeNull()
  expect(() => applyJsonPatch(object, changeFor(null).patch)).toThrow()
})

test("a template that no longer has a list does not get a new one, which would hide its service account's", () => {
  const workloads = [workload({ imagePullSecrets: [{ name: 'own' }] })]
  const change = planFor({ fixObjects: { workloads } }).changes.find(
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

test('the server refuses to restore an image that someone has changed since it was read', () => {
  const change = template()
  const pointer = '/spec/template/spec/containers/0'
  const running = (name: string, image: string) =>
    ({
      metadata: { uid: change.target.uid },
      spec: { template: { spec: { containers: [{ name, image }] } } },
    }) as unknown as ApiObject
  const [edit] = change.edits
  if (edit?.field !== 'image') expect.fail()
  const { patch } = restoration(change, running('shop', edit.after))
  const imageAt = (object: ApiObject) => valueAt(object, `${pointer}/image`)
  expect(imageAt(applyJsonPatch(running('shop', edit.after), patch))).toBe('nginx')
  expect(() => applyJsonPatch(running('shop', 'nginx:2'), patch)).toThrow()
  expect(() => applyJsonPatch(running('sidecar', edit.after), patch)).toThrow()
})
