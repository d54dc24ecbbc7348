/** Several writers at once: no entry is lost, and concurrent changes are reported instead of overwritten. */
import { expect, test } from 'vitest'
import { fix } from './runs.ts'
import { listOf, type Story, story } from './story.ts'

/** Another client that appends an entry to both service accounts before every patch. */
function thirdWriter(of: Story, most = Number.POSITIVE_INFINITY) {
  const entries: string[] = []
  const before = (what: string) => {
    if (!what.startsWith('PATCH') || entries.length >= most) return
    const name = `third-${entries.length}`
    entries.push(name)
    for (const namespace of ['web', 'api']) {
      of.cluster.change('ServiceAccount', namespace, 'default', account => {
        account.imagePullSecrets = [...((account.imagePullSecrets as object[]) ?? []), { name }]
      })
    }
  }
  return { entries, before }
}

const OLD = [{ name: 'registry-of-old' }, { name: 'second' }]
const OURS = { name: 'dockercreds' }

test('two fixes and a third writer at once leave every entry exactly once and in order', async () => {
  const of = story()
  const third = thirdWriter(of, 6)
  await Promise.all([fix(of, third), fix(of, third)])
  expect(third.entries.length).toBe(6)
  const others = third.entries.map(name => ({ name }))
  for (const [namespace, first] of [
    ['web', OLD],
    ['api', []],
  ] as const) {
    const list = listOf(of, namespace) as { name: string }[]
    expect(list.filter(({ name }) => name !== 'dockercreds')).toEqual([...first, ...others])
    expect(list.filter(({ name }) => name === 'dockercreds')).toEqual([OURS])
  }
})

test('when two fixes race, one applies a change and the other reports it as already done', async () => {
  const of = story()
  const [one, other] = await Promise.all([fix(of), fix(of)])
  const statuses = new Map(one.result.outcomes.map(({ id, status }) => [id, [status]]))
  for (const { id, status } of other.result.outcomes) statuses.get(id)?.push(status)
  for (const [id, pair] of statuses) {
    if (id.startsWith('pod:')) continue
    expect(pair.sort(), id).toEqual(['applied', 'unchanged'])
  }
})

test('a client that keeps writing causes a conflict in the end, and loses nothing', async () => {
  const of = story()
  const third = thirdWriter(of)
  const { result } = await fix(of, third)
  const outcome = result.outcomes.find(({ id }) => id === 'serviceaccount:web/default')
  expect(outcome).toMatchObject({ status: 'conflict' })
  expect(listOf(of, 'web')).toEqual([...OLD, ...third.entries.map(name => ({ name }))])
})

test('a saved plan is not adapted to an object that has changed since', async () => {
  const of = story()
  const third = thirdWriter(of, 1)
  const { checked } = await fix(of, { before: third.before, strict: true })
  expect(checked.find(({ id }) => id === 'serviceaccount:web/default')).toMatchObject({
    status: 'conflict',
    reason: { code: 'changed-meanwhile' },
  })
})
