/** Guards the walls of the house: reads the import lines of src and fails on any edge that DESIGN's rooms do not allow. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

const SRC = resolve(import.meta.dirname, '../src')
const FRONT = ['main', 'cli', 'terminal']

/** Room → the rooms it may import. A room marked `types:` may only be imported with `import type`. */
const DOORS: Record<string, string[]> = {
  image: [],
  snapshot: [],
  errors: [],
  secrecy: [],
  network: ['errors'],
  diagnosis: ['image', 'snapshot'],
  advice: ['image', 'snapshot', 'diagnosis'],
  audit: ['image', 'snapshot'],
  rollout: ['snapshot'],
  plan: ['image', 'snapshot', 'types:diagnosis'],
  report: [
    'image',
    'types:snapshot',
    'types:diagnosis',
    'types:advice',
    'types:audit',
    'types:plan',
    'types:rollout',
    'types:apply',
    'types:registry',
  ],
  kubernetes: ['errors', 'secrecy', 'network'],
  registry: ['errors', 'image', 'secrecy', 'network'],
  source: ['errors', 'image', 'snapshot', 'secrecy', 'kubernetes', 'registry'],
  apply: ['errors', 'image', 'snapshot', 'rollout', 'plan', 'kubernetes', 'registry'],
  simulator: ['image'],
  terminal: ['errors'],
  commands: [
    'errors',
    'secrecy',
    'terminal',
    'image',
    'snapshot',
    'diagnosis',
    'advice',
    'audit',
    'rollout',
    'plan',
    'report',
    'source',
    'apply',
    'kubernetes',
    'registry',
    'simulator',
  ],
  cli: ['errors', 'terminal', 'commands'],
  // main writes the last words, which may quote hostile text.
  main: ['errors', 'terminal', 'cli', 'commands', 'report', 'secrecy'],
}
const PURE = ['image', 'snapshot', 'secrecy', 'diagnosis', 'advice', 'audit', 'rollout', 'plan', 'report']
const IMPURE_WORDS =
  /\b(Date\.now\(|new Date\(\)|Math\.random\(|process\.|console\.|globalThis\.|setTimeout\(|performance\.)/

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(file => join(SRC, file))
const roomOf = (file: string) => (relative(SRC, file).split(sep)[0] ?? '').replace(/\.ts$/, '')

function importsOf(file: string) {
  const text = readFileSync(file, 'utf8')
  const pattern =
    /^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm
  return [...text.matchAll(pattern)].map(match => ({
    typeOnly: match[1] !== undefined,
    target: match[2] ?? match[3] ?? match[4] ?? '',
  }))
}

describe('the walls of the house', () => {
  test.each(files.map(file => [relative(SRC, file), file] as const))(
    '%s only knows the rooms it may know',
    (_name, file) => {
      const room = roomOf(file)
      const doors = DOORS[room]
      expect(doors, `${room} is no room of the house`).toBeDefined()
      for (const { typeOnly, target } of importsOf(file)) {
        if (!target.startsWith('.')) {
          if (PURE.includes(room)) expect(target, `a pure room imports ${target}`).not.toMatch(/^node:/)
          continue
        }
        const other = roomOf(resolve(dirname(file), target))
        if (other === room || other === '..') continue
        const allowed = doors?.includes(other) || (typeOnly && doors?.includes(`types:${other}`))
        expect(allowed, `${room} imports ${other} (${target})`).toBe(true)
      }
    },
  )

  test.each(
    files.filter(file => PURE.includes(roomOf(file))).map(file => [relative(SRC, file), file] as const),
  )('%s is pure: no clock, no randomness, no process', (_name, file) => {
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(code).not.toMatch(IMPURE_WORDS)
  })

  test('nothing is called utils, types, helpers, common, lib or core', () => {
    const names = files.flatMap(file => relative(SRC, file).replace(/\.ts$/, '').split(sep))
    expect(names.filter(name => /^(utils?|types|helpers?|common|lib|core|misc)$/.test(name))).toEqual([])
  })

  test('no file outgrows one thing', () => {
    const long = files.filter(file => readFileSync(file, 'utf8').split('\n').length > 200)
    expect(long.map(file => relative(SRC, file))).toEqual([])
  })

  test('every file opens with a sentence on what it is for', () => {
    const mute = files.filter(file => !/^\/\*\*|^\/\//.test(readFileSync(file, 'utf8')))
    expect(mute.map(file => relative(SRC, file))).toEqual([])
  })

  test('the front of the house is main, cli, terminal and errors, nothing else', () => {
    const front = files.filter(file => dirname(file) === SRC).map(file => roomOf(file))
    expect(front.filter(name => ![...FRONT, 'errors'].includes(name))).toEqual([])
  })
})
