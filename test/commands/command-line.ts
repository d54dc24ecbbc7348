/** Runs the program in process, as from a terminal or a pipe, and returns what it printed. */
import { PassThrough } from 'node:stream'
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
  /** Standard input. */
  stdin?: string
  /** The columns of standard output, as a terminal; absent: a pipe. */
  columns?: number
  /** Whoever read standard output is gone, as after `| head -1`. */
  isUnread?: boolean
}

/** Runs one command line from argv to exit code. */
export async function runCommandLine(argv: string[], place: Place): Promise<CommandResult> {
  const { home, stdin = '', columns, now, isUnread = false, clock = systemClock, ...world } = place
  const terminal = columns === undefined ? {} : { isTTY: true, columns }
  const streams = {
    stdin: new PassThrough(),
    stdout: Object.assign(new PassThrough(), terminal),
    stderr: new PassThrough(),
  }
  streams.stdin.end(stdin)
  if (isUnread) streams.stdout.destroy()
  const [out, err] = [isUnread ? '' : textOf(streams.stdout), textOf(streams.stderr)]
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
  streams.stdout.end()
  streams.stderr.end()
  return { code, out: await out, err: await err }
}

async function textOf(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
