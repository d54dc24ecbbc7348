/** Colors by meaning: problems, success, small print, next steps. Nothing else is colored. */

import { Chalk } from 'chalk'
import type { Severity } from '../../diagnosis/finding.ts'

export interface Palette {
  /** A problem, by severity. */
  problem(text: string, severity: Severity): string
  /** Something that succeeded or is healthy. */
  success(text: string): string
  /** Evidence and other small print. */
  dim(text: string): string
  /** The next step. */
  strong(text: string): string
}

/** The caller decides whether the stream gets color; plain ANSI colors follow the terminal's theme. */
export function paletteFor(color: boolean): Palette {
  const chalk = new Chalk({ level: color ? 1 : 0 })
  return {
    problem: (text, severity) => (severity === 'error' ? chalk.red.bold(text) : chalk.yellow.bold(text)),
    success: text => chalk.green(text),
    dim: text => chalk.dim(text),
    strong: text => chalk.bold(text),
  }
}
