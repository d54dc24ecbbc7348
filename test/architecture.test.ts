/** Checks the import rules: reads the imports in src and fails on any that ARCHITECTURE.md does not allow. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

const SRC = resolve(import.meta.dirname, '../src')
const listed = (names: string) => names.split(/\s+/).filter(name => name !== '')
const FRONT = ['main', 'cli', 'terminal', 'clock', 'errors', 'order']

/**
 * Room → the rooms it may import. A room marked `types:` may only be imported with `import type`; of another room, only the files that are
 * named may be.
 */
const DOORS: Record<string, string> = {
  image: 'order',
  snapshot: 'order',
  errors: '',
  clock: '',
  order: '',
  secrecy: '',
  schedule: '',
  json: '',
  protobuf: '',
  network: 'errors types:clock',
  dockerconfig: 'order image secrecy json',
  keychain: 'order errors types:clock secrecy image dockerconfig network json',
  diagnosis: 'order image dockerconfig snapshot',
  advice: 'image types:snapshot diagnosis',
  rollout: 'image snapshot',
  quota: 'order image schedule snapshot diagnosis',
  mirror: 'order image types:snapshot diagnosis',
  manifest: 'snapshot',
  baseline: 'order json',
  audit: 'image schedule dockerconfig snapshot types:manifest',
  editor: 'errors types:audit',
  waiting: 'order image snapshot diagnosis rollout',
  plan: 'image dockerconfig snapshot types:diagnosis diagnosis/clues/clue.ts',
  report: `
    image types:snapshot types:diagnosis diagnosis/clues/clue.ts diagnosis/text/asked-endpoint.ts
    diagnosis/credential/credential-report.ts
    types:advice types:baseline types:plan types:audit types:dockerconfig types:manifest types:rollout
    types:quota types:waiting types:apply types:registry types:mirror`,
  kubernetes: 'errors types:clock secrecy network json protobuf',
  registry: 'errors types:clock image dockerconfig types:snapshot secrecy network json',
  source: `
    order errors types:clock image dockerconfig snapshot secrecy network json protobuf manifest kubernetes
    registry`,
  apply: `
    errors types:clock dockerconfig secrecy types:snapshot network rollout plan json editor kubernetes
    types:registry`,
  // The simulator has its own parser and keyring, so that it can contradict the product.
  simulator: 'types:clock',
  terminal: 'errors',
  commands: `
    errors types:clock secrecy types:terminal network image dockerconfig keychain snapshot diagnosis advice
    quota mirror baseline rollout waiting plan audit manifest editor report source apply kubernetes registry
    simulator`,
  // Flags come from what plan defines for each remedy, with report's words; -o gets its choices from report's formats.
  cli: 'errors secrecy commands diagnosis plan report',
  // main prints fatal errors, which can quote hostile text, and gives each command its way to a cluster.
  main: 'errors clock terminal cli types:commands report secrecy kubernetes',
}
/**
 * Inside kubernetes/: part → the parts it may import. kubeconfig/ picks the cluster, login/ the user, http/ carries requests, and api/
 * knows what they mean.
 */
const KUBERNETES: Record<string, string[]> = {
  kubeconfig: [],
  login: ['kubeconfig'],
  http: ['kubeconfig', 'login'],
  api: ['http'],
}
const PURE = listed(`
  order image dockerconfig json protobuf schedule snapshot secrecy diagnosis advice rollout quota mirror
  baseline waiting plan manifest audit report`)
const IMPURE_WORDS =
  /\b(Date\.now\(|new Date\(\)|Math\.random\(|process\.|console\.|globalThis\.|setTimeout\(|performance\.)/

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(file => join(SRC, file))
const roomOf = (file: string) => (relative(SRC, file).split(sep)[0] ?? '').replace(/\.ts$/, '')

const textOf = once((file: string) => readFileSync(file, 'utf8'))
const named = (file: string) => relative(SRC, file).split(sep).join('/')
/** The names of the files of which it is true. */
const filesWhere = (isSo: (file: string) => boolean) => files.filter(isSo).map(named)

/** Asks for each file only once. */
function once<T>(ask: (file: string) => T): (file: string) => T {
  const known = new Map<string, T>()
  return file => {
    const answer = known.get(file) ?? ask(file)
    known.set(file, answer)
    return answer
  }
}

/** Returns the file without comments. */
const codeOf = once(file => textOf(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''))

const importsOf = once(file => {
  const pattern =
    /^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm
  return [...textOf(file).matchAll(pattern)].map(match => {
    const target = match[2] ?? match[3] ?? match[4] ?? ''
    const path = target.startsWith('.') ? resolve(dirname(file), target) : null
    return { typeOnly: match[1] !== undefined, onDemand: match[4] !== undefined, target, path }
  })
})

/** Returns every file that a file can run, imported statically or, unless `atStart`, on demand. */
function reachedFrom(file: string, atStart = false, reached = new Set<string>()): Set<string> {
  if (reached.has(file)) return reached
  reached.add(file)
  for (const { typeOnly, onDemand, path } of importsOf(file)) {
    if (typeOnly || (atStart && onDemand)) continue
    if (path?.endsWith('.ts')) reachedFrom(path, atStart, reached)
  }
  return reached
}

/** What can change a cluster, and what can contain a connection that does. */
const WRITING =
  /^(apply\/|kubernetes\/api\/writer?\.ts|kubernetes\/connect-writer\.ts|commands\/writing-context\.ts)/

describe('a command that only reads', () => {
  const command = (name: string) => join(SRC, 'commands', `${name}.ts`)

  test.each(['diagnose', 'why', 'wait', 'image', 'quota', 'audit', 'mirror', 'emit-cache', 'demo'])(
    '%s never reaches apply or anything that writes to a cluster',
    name => {
      const reached = [...reachedFrom(command(name))]
      expect(reached.map(named).filter(file => WRITING.test(file))).toEqual([])
      const types = reached
        .filter(file => !['report', 'simulator'].includes(roomOf(file)))
        .flatMap(file => importsOf(file).map(({ path }) => named(path ?? '')))
      expect(types.filter(file => WRITING.test(file))).toEqual([])
    },
  )

  test('but commands that write do reach it, so this check can fail', () => {
    const reached = [...reachedFrom(command('fix'))].map(named)
    expect(reached.filter(file => WRITING.test(file))).toContain('apply/apply-plan.ts')
  })
})

describe('the import rules', () => {
  test('a file only imports the rooms that its room is allowed to', () => {
    const wrong = files.flatMap(file => {
      const room = roomOf(file)
      const doors = listed(DOORS[room] ?? expect.fail(`${room} is not a room of the house`))
      const isAllowed = ({ typeOnly, target, path }: ReturnType<typeof importsOf>[number]) => {
        if (path === null) return !(PURE.includes(room) && target.startsWith('node:'))
        const other = roomOf(path)
        if (other === room || other === '..') return true
        return (
          doors.includes(other) ||
          doors.includes(named(path)) ||
          (typeOnly && doors.includes(`types:${other}`))
        )
      }
      return importsOf(file).flatMap(one => (isAllowed(one) ? [] : `${named(file)} imports ${one.target}`))
    })
    expect(wrong).toEqual([])
  })

  test('a pure room has no clock, no randomness, and no process', () => {
    expect(filesWhere(file => PURE.includes(roomOf(file)) && IMPURE_WORDS.test(codeOf(file)))).toEqual([])
  })

  test('cli imports only formats and the words of remedies from report: a command loads its report on demand', () => {
    const taken = files
      .filter(file => roomOf(file) === 'cli')
      .flatMap(file => importsOf(file).map(({ path }) => named(path ?? '')))
      .filter(path => path.startsWith('report/'))
    expect([...new Set(taken)].sort()).toEqual(['report/formats.ts', 'report/words/plan/remedies.ts'])
  })

  test('each part of kubernetes/ only imports the parts before it', () => {
    const room = join(SRC, 'kubernetes')
    const partOf = (file: string) => relative(room, file).split(sep)[0] ?? ''
    const upward = Object.entries(KUBERNETES).flatMap(([part, known]) =>
      files
        .filter(file => roomOf(file) === 'kubernetes' && partOf(file) === part)
        .flatMap(file =>
          importsOf(file)
            .map(({ path }) => path ?? '')
            .filter(path => roomOf(path) === 'kubernetes' && ![part, ...known].includes(partOf(path)))
            .map(path => `${named(file)} → ${named(path)}`),
        ),
    )
    expect(upward).toEqual([])
  })

  /** The libraries that are loaded together with a file. */
  function librariesOf(file: string): string[] {
    const loaded = [...reachedFrom(join(SRC, file), true)].flatMap(importsOf)
    const libraries = loaded.filter(
      ({ typeOnly, onDemand, target, path }) =>
        !typeOnly && !onDemand && !path && !target.startsWith('node:'),
    )
    return [...new Set(libraries.map(({ target }) => target))]
  }

  test('every start loads one library, commander; the others wait until a command needs them', () => {
    expect(librariesOf('main.ts')).toEqual(['commander'])
  })

  test('a diagnosis sends its first request before it loads what draws screens', () => {
    for (const file of [
      'commands/diagnose.ts',
      'source/live/read-cluster.ts',
      'kubernetes/connect-reader.ts',
    ])
      expect(librariesOf(file)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/string-width|wrap-ansi|cli-table3/)]),
      )
  })

  test('API paths are built in one file, where every name is escaped', () => {
    const places = filesWhere(file => roomOf(file) !== 'simulator' && /['"`]\/apis?\//.test(codeOf(file)))
    expect(places).toEqual(['kubernetes/api/paths.ts'])
  })

  test('source sends every cluster request through a Reading, which honors Ctrl-C', () => {
    const asks = /cluster\.(get|list|table|watch|canI)\b/
    const asking = filesWhere(file => roomOf(file) === 'source' && asks.test(codeOf(file)))
    expect(asking).toEqual(['source/live/reading.ts'])
  })

  test('clues are looked up by their code with hasClue and clueOf, and not searched for each time', () => {
    const ANEW =
      /clues\s*\??\.(?:some|find)\(\s*\(?(?:\{ code \}|\w+)\)? =>(?:\s*(?:\|\|)?\s*(?:\w+\.)?code === '[^']+')+\s*\)/
    expect("finding.clues.some(({ code }) => code === 'guest')").toMatch(ANEW)
    expect("clues.find(clue => clue.code === 'guest' || clue.code === 'harbor')").toMatch(ANEW)
    expect(filesWhere(file => ANEW.test(codeOf(file)))).toEqual([])
  })

  test('only clock.ts reads the time; all other code is given a clock', () => {
    const OWN_TIME =
      /\b(Date\.now\b|performance\.now\b|new Date\(\)|setTimeout\(|setInterval\(|AbortSignal\.timeout|timers\/promises)/
    // The simulator has its own clock; main ends a process that would otherwise wait for an external connection.
    const given = (file: string) => !['clock', 'main', 'simulator'].includes(roomOf(file))
    expect(filesWhere(file => given(file) && OWN_TIME.test(textOf(file)))).toEqual([])
  })

  test('every allowed import is used, and none is wider than necessary', () => {
    const used = new Set<string>()
    for (const file of files) {
      for (const { typeOnly, path } of importsOf(file)) {
        used.add(`${roomOf(file)} ${typeOnly ? 'types:' : ''}${roomOf(path ?? '')}`)
        if (!typeOnly) used.add(`${roomOf(file)} ${named(path ?? '')}`)
      }
    }
    const doors = Object.entries(DOORS).flatMap(([room, to]) => listed(to).map(other => `${room} ${other}`))
    expect(doors.filter(door => !used.has(door))).toEqual([])
  })

  test('no file is called utils, types, helpers, common, lib or core', () => {
    const vague = /(?:^|\/)(utils?|types|helpers?|common|lib|core|misc)(?:\/|\.ts$)/
    expect(filesWhere(file => vague.test(named(file)))).toEqual([])
  })

  test('no file has more than 300 lines', () => {
    expect(filesWhere(file => textOf(file).split('\n').length > 300)).toEqual([])
  })

  test('every file opens with a sentence on its purpose', () => {
    expect(filesWhere(file => !/^\/\*\*|^\/\//.test(textOf(file)))).toEqual([])
  })

  test('the top level of src holds only main, cli, terminal, clock, errors, and order', () => {
    const front = files.filter(file => dirname(file) === SRC).map(file => roomOf(file))
    expect(front.filter(name => !FRONT.includes(name))).toEqual([])
  })
})
