/** The words of AWS policies that deny a pull, or that would have to allow it. */

import type { AwsPolicy } from '../../../diagnosis/clues/clue.ts'

interface PolicyWords {
  /** The policy and its owner: `a service control policy of your AWS organization`. */
  name: string
  /** How to have it changed, for these actions. */
  change: string
}

const POLICIES: Record<AwsPolicy, PolicyWords> = {
  'service-control': {
    name: 'a service control policy (SCP) of the AWS organization',
    change: "ask the organization's administrators for an exception",
  },
  'resource-control': {
    name: 'a resource control policy (RCP) of the AWS organization',
    change: "ask the organization's administrators for an exception",
  },
  'permissions-boundary': {
    name: "the role's permissions boundary",
    change: 'ask whoever manages that boundary to allow it there',
  },
  session: {
    name: 'the session policy that the role was assumed with',
    change: 'change the policy where the session is created (the AssumeRole call)',
  },
  identity: {
    name: 'a policy that is attached to the role',
    change: "find the statement with Deny among the role's policies, and remove it or narrow it",
  },
  resource: {
    name: "the repository's own policy",
    change: "ask the repository's owner to change it (`aws ecr get-repository-policy` shows it)",
  },
  'vpc-endpoint': {
    name: 'the policy of the VPC endpoint that the nodes pull through',
    change: 'ask those who manage the VPC endpoint to allow it there',
  },
}

const UNNAMED: PolicyWords = {
  name: 'an AWS policy',
  change:
    "ask an administrator of the AWS account which one: a policy of the role, the repository's policy, a permissions boundary, a VPC endpoint policy, or a service control policy of the organization",
}

export function policyWords(policy: AwsPolicy | null): PolicyWords {
  return policy === null ? UNNAMED : POLICIES[policy]
}

/** Returns why AWS refuses, in one sentence. */
export function awsPolicyMeaning(policy: AwsPolicy | null, denies: boolean): string {
  const { name } = policyWords(policy)
  return denies
    ? `The identity that asked is known, and ${name} denies it the pull explicitly; an explicit deny overrides every policy that allows it.`
    : `The identity that asked is known, but ${name} does not allow it the pull.`
}
