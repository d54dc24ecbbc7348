/** What the words of a cause get to speak of, and what they must say. */

import type { Finding } from '../../diagnosis/finding.ts'

/** Findings that share their cause, subcause and registry, the most urgent first. */
export interface Told {
  /** How the user started the program, for the commands proposed. */
  program: string
  findings: readonly [Finding, ...Finding[]]
}

/** One thing to do; `say` has no full stop, `command` is ready to paste. */
export interface Step {
  say: string
  command?: string
  /** Where the command has to run, such as `on node node-1`, if that is not this machine. */
  where?: string
}

/** The next step as a label and what follows it: a last line stands alone, so it also says where a command has to run. */
export function nextWords({ say, command, where }: Step): { label: string; text: string } {
  if (command === undefined) return { label: 'Next:', text: say }
  return { label: where === undefined ? 'Next:' : `Next, ${where}:`, text: command }
}

/** The same in one text. */
export function nextText(step: Step): string {
  const { label, text } = nextWords(step)
  return `${label} ${text}`
}

export interface CauseWords {
  /** A noun phrase for a summary: `Docker Hub's rate limit`. */
  short(told: Told): string
  /** What is wrong, as a headline. */
  title(told: Told): string
  /** One sentence: what it means. */
  meaning(told: Told): string
  /** The best first. */
  next(told: Told): [Step, ...Step[]]
  /** Which credential the pull had is part of this story. */
  tellsCredential?: true
}

/** The registry as people call it. */
export function registryName(registry: string | null): string {
  return registry === null ? 'the registry' : registry === 'docker.io' ? 'Docker Hub' : registry
}

/** The registry at the start of a sentence. */
export function RegistryName(registry: string | null): string {
  return registry === null ? 'The registry' : registryName(registry)
}

/** The host that a runtime connects to; Docker Hub's API has another name than its images. */
export function registryHost(registry: string | null): string {
  return registry === null ? 'REGISTRY' : registry === 'docker.io' ? 'registry-1.docker.io' : registry
}
