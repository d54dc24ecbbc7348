// Times whole processes in turn (A B A B …), so that ratios stay valid when the machine's speed drifts. Needs GNU time.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const TIME = '/usr/bin/time'

/** Runs one process and returns its wall-clock time in seconds and its peak memory in MB (null without GNU time). */
export function run({ command, args = [], env = {}, input, codes = [0] }) {
  const timed = existsSync(TIME)
  const [file, list] = timed ? [TIME, ['-f', '\n@@%M', command, ...args]] : [command, args]
  const start = performance.now()
  const done = spawnSync(file, list, {
    env: { ...process.env, ...env },
    stdio: [input ?? 'ignore', 'ignore', 'pipe'],
    maxBuffer: 1 << 26,
  })
  const seconds = (performance.now() - start) / 1000
  if (!codes.includes(done.status))
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status}: ${done.stderr}`)
  const peak = /@@(\d+)/.exec(String(done.stderr))?.[1]
  return { seconds, megabytes: peak === undefined ? null : Number(peak) / 1024 }
}

/** Runs every job in turn, `rounds` times after one warm-up, and returns the medians by name. */
export function compare(jobs, rounds = 5) {
  const all = new Map(jobs.map(job => [job.name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const job of jobs) {
      const figures = run(job)
      if (round >= 0) all.get(job.name).push(figures)
    }
  }
  const medians = new Map()
  for (const [name, figures] of all) {
    medians.set(name, {
      seconds: median(figures.map(f => f.seconds)),
      megabytes: median(figures.map(f => f.megabytes)),
    })
  }
  return medians
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? null
}

/** Prints a table of the medians, each beside its ratio to `base`. */
export function print(medians, base) {
  const reference = medians.get(base).seconds
  for (const [name, { seconds, megabytes }] of medians) {
    const memory = megabytes === null ? '' : `${megabytes.toFixed(0).padStart(7)} MB`
    console.log(
      `${name.padEnd(34)}${seconds.toFixed(3).padStart(9)} s${memory}  ${(seconds / reference).toFixed(2).padStart(7)} x ${base}`,
    )
  }
}
