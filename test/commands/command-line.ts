/** Runs the program in process, as from a terminal or a pipe, and returns what it printed. */
import { PassThrough, type Writable } from 'node:stream'
import { systemClock } from '../../src/clock.ts'
import { main, type ProcessHost } from '../../src/main.ts'

export interface CommandResult {
  code: number
  out: string
  err: string
}

export interface Place extends Partial<Omit<ProcessHost, 'streams'>> {
  home: string
  /** The current time; absent: the machine's clock. */
  now?: () => Date
  /** All of standard input, or a stream that the test goes on to write. */
  stdin?: string | Buffer | PassThrough
  /** The columns of standard output, as a terminal; absent: a pipe. */
  columns?: number
  /** Whoever read standard output is gone, as after `| head -1`. */
  isUnread?: boolean
  /** What takes the place of a pipe. */
  stdout?: Writable
  stderr?: Writable
}

/** Runs one command line from argv to exit code. */
export async function runCommandLine(argv: string[], place: Place): Promise<CommandResult> {
  const { home, stdin = '', columns, now, isUnread = false, clock = systemClock, ...rest } = place
  const { stdout = new PassThrough(), stderr = new PassThrough(), ...world } = rest
  const streams = {
    stdin: stdin instanceof PassThrough ? stdin : new PassThrough().end(stdin),
    stdout: columns === undefined ? stdout : Object.assign(stdout, { isTTY: true, columns }),
    stderr,
  }
  if (isUnread) stdout.destroy()
  const [out, err] = [textOf(stdout), textOf(stderr)]
  const code = await main(argv, {
    streams,
    env: {},
    home,
    cwd: home,
    startedAt: clock.now(),
    clock: now ? { ...clock, now: () => now().getTime() } : clock,
    signal: new AbortController().signal,
    program: 'pullguard',
    ...world,
  })
  stdout.end()
  stderr.end()
  return { code, out: await out, err: await err }
}

async function textOf(stream: Writable): Promise<string> {
  if (!(stream instanceof PassThrough) || stream.destroyed) return ''
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
