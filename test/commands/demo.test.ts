/** `demo`: the story from the first screen to the last, and a cluster to try commands on that leaves nothing behind. */

import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { main } from '../../src/main.ts'
import { runCommandLine } from './command-line.ts'

const WORLD = { env: {}, clock: systemClock, startedAt: 0, program: 'pullguard' as const }

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'pullguard-demo-test-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** The demo at a terminal of 80 columns, with these keys pressed, one at each pause. */
async function atTerminal(keys: string[]) {
  const move = () => true
  const terminal = { isTTY: true, columns: 80, clearLine: move, cursorTo: move, moveCursor: move }
  const raw: boolean[] = []
  const streams = {
    stdin: Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) }),
    stdout: Object.assign(new PassThrough(), terminal),
    stderr: Object.assign(new PassThrough(), terminal),
  }
  const [out, err]: [string[], string[]] = [[], []]
  streams.stdout.on('data', chunk => out.push(String(chunk)))
  streams.stderr.on('data', chunk => {
    err.push(String(chunk))
    if (String(chunk).startsWith('Press any key')) streams.stdin.write(keys.shift() ?? 'none left')
  })
  const signal = new AbortController().signal
  const code = await main(['demo', '--no-color'], { ...WORLD, home, cwd: home, streams, signal })
  return { code, out: out.join(''), err, raw }
}

/** The story loads and runs most of the program, which takes a while on a busy machine. */
const STORY = { timeout: 60_000 }

/** The complete story, a key for each chapter. */
let playing: ReturnType<typeof atTerminal> | undefined
const played = () => {
  playing ??= atTerminal(['x', ' ', '\r', '\x1b[A', 'n'])
  return playing
}

test(
  'the demo goes from the limit to its explanation, its fix, and the one failure that is left',
  STORY,
  async () => {
    const { code, out } = await played()
    expect(code).toBe(0)
    const screens = [
      '$ pullguard diagnose -A',
      '5 of 12 pods in all namespaces of simulator',
      '$ pullguard why default/fifthnginx-',
      'Problem with container fifthnginx: the pod has no login for Docker Hub.',
      '$ pullguard fix -A --yes',
      '1 of 12 pods',
      'Check the name and the tag of nginx:1.27-alpne',
      '$ pullguard wait deployment/frontend -n shop',
      "images, and waiting won't help.",
      '$ pullguard undo --yes',
      'This restores',
      '`pullguard\ndemo --serve`',
    ]
    let position = 0
    for (const screen of screens) {
      const at = out.indexOf(screen, position)
      expect(at, `${screen}, after character ${position}`).not.toBe(-1)
      position = at
    }
    expect(out).not.toContain('demo-password')
    // Only a URL may be wider than the terminal.
    const wide = out.split('\n').filter(line => line.length > 80)
    expect(wide.filter(line => !/^ +https:\S+$/.test(line))).toEqual([])
    expect(await readdir(home)).toEqual([])
  },
)

/** Replaces what differs between runs: a port, the ends of pod names, a run's name. */
const settled = (text: string) =>
  text
    .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS')
    .replace(/-[a-z0-9]{9}-[a-z0-9]{5}\b/g, '-POD')
    .replace(/\d{8}T\d{6}Z-[0-9a-f]+/g, 'RUN')

test("the README's screens are its own, except for the marked omissions", STORY, async () => {
  const { out } = await played()
  const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8')
  const screens = [...readme.matchAll(/\n```\n(\$ pullguard (?:diagnose -A|why|fix)[\s\S]*?)```/g)]
  expect(screens).toHaveLength(3)
  for (const part of screens.flatMap(([, screen = '']) => screen.split('[…]\n')))
    expect(settled(out)).toContain(settled(part))
})

test.each<[string, typeof played, number, number]>([
  ['any key shows the next chapter', played, 0, 6],
  ['Ctrl-C ends it between two chapters', () => atTerminal(['\x03']), 130, 1],
])('at a terminal %s', STORY, async (_, play, ending, chapters) => {
  const { code, out, err, raw } = await play()
  expect(code, err.join('')).toBe(ending)
  expect(out.match(/^\$ pullguard/gm)).toHaveLength(chapters)
  // The waiting message is gone from the screen, and the terminal is restored.
  expect(err.filter(text => text.includes('\x1b[K')).length).toBeGreaterThanOrEqual(chapters - 1)
  expect(raw.at(-1)).toBe(false)
  expect(await readdir(home)).toEqual([])
})

test('in a pipe the next chapter waits for no key', async () => {
  const stop = new AbortController()
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  let out = ''
  streams.stdout.on('data', chunk => {
    out += String(chunk)
    if (out.match(/^\$ pullguard/gm)?.length === 2) stop.abort('SIGINT')
  })
  const { signal } = stop
  expect(await main(['demo'], { ...WORLD, home, cwd: home, streams, signal })).toBe(130)
  expect(out).toContain('$ pullguard why')
})

test('--serve ends at once after Ctrl-C during its start', async () => {
  const { code } = await runCommandLine(['demo', '--serve'], { home, signal: AbortSignal.abort('SIGINT') })
  expect(code).toBe(0)
})

test('--serve prints how to reach the cluster, serves it until Ctrl-C, and removes its files', async () => {
  const stop = new AbortController()
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  const serving = main(['demo', '--serve'], { ...WORLD, home, cwd: home, streams, signal: stop.signal })
  let printed = ''
  for await (const chunk of streams.stdout.iterator({ destroyOnReturn: false })) {
    printed += String(chunk)
    if (/PULLGUARD_REGISTRY_ENDPOINTS=\S+[\s\S]*\n$/.test(printed)) break
  }
  const env = Object.fromEntries(
    [...printed.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
  )
  expect(existsSync(env.KUBECONFIG)).toBe(true)
  const { code, out } = await runCommandLine(['diagnose', '-A', '-o', 'name'], { home, env })
  expect([code, out.trimEnd().split('\n').length]).toEqual([1, 5])
  stop.abort('SIGINT')
  expect(await serving).toBe(0)
  expect(existsSync(dirname(env.KUBECONFIG))).toBe(false)
})
