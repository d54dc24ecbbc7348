/** Output streams on terminals and in pipes: color conventions, width, and readers that disappear. */
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { InterruptedError, RefusedError } from '../src/errors.ts'
import { outputTo, type Questions, questionsOn, startProgress, wantsColor } from '../src/terminal.ts'

const TERMINAL = { isTTY: true }
const PIPE = {}

describe('color', () => {
  test.each([
    ['a terminal has color', TERMINAL, {}, false, true],
    ['a pipe has none', PIPE, {}, false, false],
    ['NO_COLOR takes it away', TERMINAL, { NO_COLOR: '1' }, false, false],
    ['an empty NO_COLOR is ignored', TERMINAL, { NO_COLOR: '' }, false, true],
    ['TERM=dumb takes it away', TERMINAL, { TERM: 'dumb' }, false, false],
    ['FORCE_COLOR gives it to a pipe', PIPE, { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0 takes it away', TERMINAL, { FORCE_COLOR: '0' }, false, false],
    ['FORCE_COLOR gives it to a dumb terminal', TERMINAL, { FORCE_COLOR: '1', TERM: 'dumb' }, false, true],
    ['NO_COLOR beats FORCE_COLOR', TERMINAL, { NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
    ['the flag overrides FORCE_COLOR', TERMINAL, { FORCE_COLOR: '1' }, true, false],
  ])('%s', (_, stream, env, flag, color) => {
    expect(wantsColor(stream, env, { noColor: flag })).toBe(color)
  })
})

describe('width', () => {
  test.each([
    ['is the width of the terminal', 132, {}, 132],
    ['is COLUMNS if the stream has no width', undefined, { COLUMNS: '40' }, 40],
    ['is 80 without a valid width', undefined, { COLUMNS: 'wide' }, 80],
  ])('%s', (_, columns, env, width) => {
    const stream = Object.assign(new PassThrough(), { isTTY: true }, columns && { columns })
    expect(outputTo(stream, env, { noColor: false }).width).toBe(width)
  })
})

test('a reader that is gone ends the output, not the program', async () => {
  const sent: string[] = []
  const gone = new Writable({
    autoDestroy: false,
    write(chunk, _encoding, done) {
      sent.push(String(chunk))
      done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    },
  })
  const output = outputTo(gone, {}, { noColor: false })
  expect(output.isClosed).toBe(false)
  await expect(output.write('first')).resolves.toBeUndefined()
  expect(output.isClosed).toBe(true)
  await expect(output.write('second')).resolves.toBeUndefined()
  expect(sent).toEqual(['first'])
})

test('any other write error fails the run and is reported once', async () => {
  const full = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('ENOSPC: x'), { code: 'ENOSPC' })),
  })
  const output = outputTo(full, {}, { noColor: false })
  await expect(output.write('first')).rejects.toThrow(
    "The output can't be written: no space is left where it goes.",
  )
  await output.write('second')
})

test('a stream gets one listener, however often it is wrapped', () => {
  const stream = new PassThrough()
  for (let wrap = 0; wrap < 20; wrap++) outputTo(stream, {}, { noColor: false })
  expect(stream.listenerCount('error')).toBe(1)
})

test('progress is hidden in a pipe, on a dumb terminal or one without a size, and in CI', async () => {
  for (const [isTTY, env, columns] of [
    [false, {}, 80],
    [true, { TERM: 'dumb' }, 80],
    [true, { CI: 'true' }, 80],
    [true, {}, 0],
  ] as const) {
    const stderr = Object.assign(new PassThrough(), { isTTY, columns })
    const progress = await startProgress(stderr, env)
    progress.update('reading 50000 pods')
    progress.stop()
    expect(stderr.read()).toBe(null)
  }
})

test.each([
  [undefined, false],
  ['', false],
  ['0', false],
  ['false', false],
  ['true', true],
  ['woodpecker', true],
])('CI=%s means the log of a CI system: %s', async (CI, inCi) => {
  const env = CI === undefined ? {} : { CI }
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
  expect(outputTo(stream, env, { noColor: false }).inCi).toBe(inCi)
  const progress = await startProgress(stream, env)
  expect(progress.isShown).toBe(!inCi)
  progress.stop()
})

test('questions need a terminal at both ends', () => {
  const ends = [true, false]
  const asked = ends.flatMap(stdin =>
    ends.map(stderr => {
      const streams = {
        stdin: Object.assign(new PassThrough(), { isTTY: stdin }),
        stdout: new PassThrough(),
        stderr: Object.assign(new PassThrough(), { isTTY: stderr }),
      }
      return questionsOn(streams, {}, new AbortController().signal).available
    }),
  )
  expect(asked).toEqual([true, false, false, false])
})

const QUESTIONS: [string, (questions: Questions) => Promise<unknown>][] = [
  ['confirm', questions => questions.confirm('Apply?')],
  ['text', questions => questions.text('Context?')],
  ['pick', questions => questions.pick('Which?', [{ name: 'web', value: 'web' }])],
  ['choose', questions => questions.choose('Which?', [{ name: 'web', value: 'web', checked: true }])],
]
describe.each(QUESTIONS)('a question to %s', (_kind, ask) => {
  const asked = () => {
    const streams = {
      stdin: Object.assign(new PassThrough(), { isTTY: true }),
      stdout: new PassThrough(),
      stderr: Object.assign(new PassThrough(), { isTTY: true, columns: 80 }),
    }
    const shown = new Promise(resolve => streams.stderr.once('data', resolve))
    const answer = ask(questionsOn(streams, {}, new AbortController().signal))
    return { ...streams, shown, answer }
  }

  test('is interrupted by Ctrl-C, which differs from an answer', async () => {
    const { stdin, shown, answer } = asked()
    await shown
    stdin.write('\x03')
    await expect(answer).rejects.toBeInstanceOf(InterruptedError)
  })

  test.each([
    ['Ctrl-D', (stdin: PassThrough) => stdin.write('\x04')],
    ['a terminal that is gone', (stdin: PassThrough) => stdin.end()],
  ])('is refused by %s, so that the program does not end as if all were well', async (_end, end) => {
    const { stdin, shown, answer } = asked()
    await shown
    end(stdin)
    await expect(answer).rejects.toBeInstanceOf(RefusedError)
  })

  test('takes an answer', async () => {
    const { stdin, shown, answer } = asked()
    await shown
    stdin.write('\r')
    await expect(answer).resolves.toBeDefined()
  })
})
