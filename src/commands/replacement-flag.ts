/** Reads `--replace-registry FROM=TO`, for every command that has it. */

import { UsageError } from '../errors.ts'
import type { ReplacementRule } from '../image/replacement.ts'

/** @throws UsageError */
export function readReplacement(text: string): ReplacementRule {
  const [from = '', to = '', ...more] = text.split('=')
  if (from !== '' && to !== '' && more.length === 0) return { from, to }
  throw new UsageError(
    `--replace-registry takes FROM=TO, such as docker.io=public.ecr.aws/docker or nginx=quay.io/team/nginx:1.27, not "${text}".`,
  )
}
