/** Command lines in kubectl's forms: flags before and behind the command, in one word or two, boolean ones with a value. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrangeArguments } from '../../src/cli/arguments.ts'
import { buildProgram, type ProgramHost } from '../../src/cli/program.ts'

const host = {
  program: 'pullguard',
  version: '0',
  writeOut: () => {},
  helpWidth: 80,
} as unknown as ProgramHost
const program = buildProgram(host, () => {})
const arrange = (...argv: string[]) => arrangeArguments(argv, program)

/** What commander reads from the arranged words. */
function read(argv: string[]) {
  const [name, ...words] = arrange(...argv)
  const command = buildProgram(host, () => {}).commands.find(each => each.name() === name)
  const { operands, unknown } = command?.parseOptions(words) ?? {}
  return { name, options: command?.opts(), operands, unknown }
}

test.each<[string, string]>([
  ['-n web diagnose', 'diagnose --namespace=web'],
  ['--context x why web/shop-0', 'why --context=x web/shop-0'],
  ['diagnose -nweb -o=json', 'diagnose --namespace=web --output=json'],
  ['-An web diagnose', 'diagnose --all-namespaces --namespace=web'],
  ['diagnose -A=true', 'diagnose --all-namespaces'],
  ['diagnose --all-namespaces=True --all-namespaces=F', 'diagnose'],
  ['diagnose --no-color=false', 'diagnose'],
  ['diagnose --color=false', 'diagnose --no-color'],
  ['fix --recreate=false --recreate', 'fix'],
  ['-n diagnose why x', 'why --namespace=diagnose x'],
  ['--as -n fix', 'fix --as=-n'],
  ['fix --dry-run server', 'fix --dry-run=server'],
  ['--dry-run undo 2026-run', 'undo --dry-run=client 2026-run'],
  ['undo --dry-run 2026-run', 'undo --dry-run=client 2026-run'],
  ['image -- -x', 'image -- -x'],
  ['image -', 'image -'],
  ['--registry-endpoint a=b=c image x', 'image --registry-endpoint=a=b=c x'],
  ['--no-color --help fix', 'fix --no-color --help'],
  ['-n web --help', '--help'],
  ['diagnos -n web', 'diagnos'],
  ['--nope diagnose', 'diagnose --nope'],
  ['--nope=1 diagnose', 'diagnose --nope=1'],
  ['--nope web diagnose', 'diagnose --nope'],
  ['image --affected=true x', 'image --affected x'],
])('%s is read as %s', (typed, arranged) => {
  expect(arrange(...typed.split(' ')).join(' ')).toBe(arranged)
})

test.each<[string, string]>([
  ['-n web', 'No command is given: -n alone does nothing. See `pullguard --help`.'],
  ['-A=maybe diagnose', '-A takes true or false, not "maybe".'],
  ['diagnose --recursive=', '--recursive takes true or false, not "".'],
])('%s is refused in one sentence', (typed, sentence) => {
  expect(() => arrange(...typed.split(' '))).toThrow(sentence)
})

describe('the place of a flag', () => {
  /** Values that look like commands, flags, or nothing stay values. */
  const value = fc.constantFrom('web', 'diagnose', 'fix', 'help', '-A', '--yes', 'a=b', '-', '--', '')
  const flag = fc.oneof(
    fc
      .tuple(fc.constantFrom('-n', '--namespace', '-s', '--context', '-l', '--as-group', '-f'), value)
      .map(([name, given]) => [name, given]),
    fc
      .tuple(fc.constantFrom('--namespace', '--server', '--context', '--selector'), value)
      .map(([name, given]) => [`${name}=${given}`]),
    fc.constantFrom('-A', '--all-namespaces', '-R', '--check-images', '--no-color').map(name => [name]),
    fc
      .tuple(fc.constantFrom('-A', '--recursive', '--color'), fc.constantFrom('true', 'false'))
      .map(([name, given]) => [`${name}=${given}`]),
  )

  test('before or behind the command changes nothing', () => {
    fc.assert(
      fc.property(fc.array(flag, { maxLength: 8 }), fc.nat(8), (flags, before) => {
        const behind = read(['diagnose', ...flags.flat()])
        const around = [...flags.slice(0, before).flat(), 'diagnose', ...flags.slice(before).flat()]
        expect(read(around)).toEqual(behind)
        expect(behind.name).toBe('diagnose')
        expect(behind.unknown).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  test('between arguments changes neither their order nor its value', () => {
    const operands = fc.array(fc.constantFrom('nginx', 'fix', 'a/b:1', '-'), { minLength: 1, maxLength: 4 })
    const flags = fc.array(fc.constantFrom(['-o', 'json'], ['--no-color'], ['--check-images']), {
      maxLength: 3,
    })
    fc.assert(
      fc.property(operands, flags, fc.nat(4), (names, given, at) => {
        const mixed = ['image', ...names.slice(0, at), ...given.flat(), ...names.slice(at)]
        expect(read(mixed)).toEqual(read(['image', ...given.flat(), ...names]))
      }),
      { numRuns: 40 },
    )
  })
})

test('a flag takes a value in all commands that have it or in none, so that it can be read before the command', () => {
  const takes = new Map<string, Set<string>>()
  for (const { options } of program.commands)
    for (const option of options)
      for (const name of [option.short, option.long])
        if (name !== undefined && name !== null) {
          const how = option.required ? 'always' : option.optional ? 'maybe' : 'never'
          takes.set(name, (takes.get(name) ?? new Set()).add(how))
        }
  expect([...takes].filter(([, how]) => how.size > 1).map(([name]) => name)).toEqual([])
})
