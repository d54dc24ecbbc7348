/** Secrets that this run sends to a server are not printed, in any form, if the server repeats them. */
import { expect, test } from 'vitest'
import { serveTls } from '../kubernetes/api-server.ts'
import { untilTestEnds } from '../until-test-ends.ts'
import { runCommandLine } from './command-line.ts'

const TOKEN = 'c4nary.bearer.token'

const status = (message: string) => JSON.stringify({ kind: 'Status', status: 'Failure', message, code: 500 })

test.each<[string, { headers?: Record<string, string>; body: string }]>([
  ['a Status', { body: status(`nobody knows ${TOKEN} here`) }],
  ['a line of text', { headers: { 'content-type': 'text/plain' }, body: `who is ${TOKEN}?` }],
  ['a warning', { headers: { warning: `299 - "${TOKEN} is old"` }, body: status('no') }],
])('%s that repeats the bearer token', async (_where, answer) => {
  const server = untilTestEnds(await serveTls(() => ({ status: 500, ...answer })))
  const argv = ['diagnose', '-A', '-s', server.url, '--token', TOKEN, '--insecure-skip-tls-verify']
  const { out, err } = await runCommandLine(argv, { home: '/nowhere' })
  expect(server.seen[0]?.headers.authorization).toEqual([`Bearer ${TOKEN}`])
  expect(out + err).toContain('[redacted]')
  expect(out + err).not.toContain(TOKEN)
})

test('a login in --server is not printed, whatever its password contains', async () => {
  for (const server of ['https://admin:c4nary#w/x@h:99999', 'admin:c4nary/w@h:99999']) {
    const { err, code } = await runCommandLine(['diagnose', '-s', server], { home: '/nowhere' })
    expect(err).not.toContain('c4nary')
    expect(code).not.toBe(0)
  }
})
