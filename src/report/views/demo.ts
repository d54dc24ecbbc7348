/** Renders the text between the commands of `demo`. */

import { shellWord } from '../sanitize.ts'
import { paletteFor, wrap } from '../screen/layout.ts'

export type DemoStep = 'diagnose' | 'why' | 'fix' | 'again' | 'wait' | 'undo'

interface DemoScreen {
  width: number
  color: boolean
}

const STEPS: Record<DemoStep, string> = {
  diagnose: "Pods can't pull their images. Which ones, and why?",
  why: 'One of them in detail: what does the kubelet try?',
  fix: 'This machine is logged in to Docker Hub. Distribute that login to every namespace and recreate the stuck pods.',
  again: 'The only failure left is one that no login can fix.',
  wait: 'In CI, a deploy like that fails with its cause as soon as waiting is pointless, not at the timeout.',
  undo: 'Everything that a fix writes can be reverted: the Secrets and the service accounts, not the running pods.',
}

/** Returns what is about to happen, and on which cluster. */
export function demoOpening({ width }: DemoScreen): string {
  const text =
    "A simulated cluster and a simulated Docker Hub run inside this process; nothing else is touched. Docker Hub's limit for anonymous pulls has just been used up."
  return `${wrap(text, Math.min(width, 100)).join('\n')}\n`
}

/** Returns what the next command is for, and the command as the user would type it. */
export function demoStep(step: DemoStep, command: string, { width, color }: DemoScreen): string {
  const { dim, strong } = paletteFor(color)
  const lines = wrap(STEPS[step], Math.min(width, 100), '# ').map(dim)
  return `\n${lines.join('\n')}\n${strong(`$ ${command}`)}\n`
}

/** Shown until a key is pressed. */
export function demoPause(): string {
  return 'Press any key, or Ctrl-C to quit'
}

/** Returns what to do next. */
export function demoClosing(program: string, { width, color }: DemoScreen): string {
  const text = `That's the end of the demo. To try things on the same cluster, run \`${program} demo --serve\`. To check your own, run \`${program} diagnose -A\`, which only reads.`
  return `\n${wrap(text, Math.min(width, 100)).map(paletteFor(color).strong).join('\n')}\n`
}

/** Returns how to use the served cluster from another terminal. */
export function demoServing(
  variables: [string, string][],
  program: string,
  { width, color }: DemoScreen,
): string {
  const { strong } = paletteFor(color)
  const next = `Then try \`${program} diagnose -A\`, \`${program} fix -A\`, or \`kubectl get pods -A\`. Press Ctrl-C to stop the cluster.`
  const lines = variables.map(([name, value]) => strong(`export ${name}=${shellWord(value)}`))
  return [
    'The simulated cluster is running. In another terminal:',
    '',
    ...lines,
    '',
    ...wrap(next, Math.min(width, 100)),
    '',
  ].join('\n')
}
