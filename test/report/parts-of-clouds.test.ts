/** Reports on nodes and registries of one cloud that are in parts of it which don't know each other, or that only a private address connects. */
import { describe, expect, test } from 'vitest'
import { clueOf } from '../../src/diagnosis/clues/clue.ts'
import { partitionOf, partitionOfRegion } from '../../src/image/cloud-registries.ts'
import { findingOf, type Situation } from '../advice/situation.ts'
import { heldOn, textsOf } from './texts-of.ts'

const REGION = 'topology.kubernetes.io/region'
const ECR = '111122223333.dkr.ecr.us-west-2.amazonaws.com'
const refused = (image: string, more: Partial<Situation> = {}): Situation => ({
  image,
  error: `failed to resolve reference "${image}": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
  ...more,
})
const at = (provider: string, region: string): Partial<Situation> => ({
  node: { runtime: 'containerd://2.1.4', provider, labels: { [REGION]: region } },
})

describe('a registry in a part of its cloud where no identity of the node is known', () => {
  test.each<[string, Situation, RegExp]>([
    [
      'AWS China',
      refused(`${ECR}/a/api:1`, at('aws', 'cn-north-1')),
      /^Copy the image into a registry in AWS China .*\(cn-north-1\).* is in AWS's commercial regions/,
    ],
    [
      'AWS China, by the name of the node alone',
      refused(`${ECR}/a/api:1`, {
        pod: { node: 'ip-10-0-0-1.cn-north-1.compute.internal' },
      }),
      /^Copy the image into a registry in AWS China/,
    ],
    [
      'a registry of GovCloud from outside',
      refused('111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a/api:1', at('aws', 'eu-west-1')),
      /^Copy the image into a registry in AWS's commercial regions .* is in AWS GovCloud/,
    ],
    [
      'the European Sovereign Cloud',
      refused('111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu/a/api:1', at('aws', 'eu-central-1')),
      / is in the AWS European Sovereign Cloud/,
    ],
    [
      'Azure China',
      refused('acme.azurecr.io/a/api:1', at('azure', 'chinanorth3')),
      /^Copy the image into a registry in Azure China .*acme\.azurecr\.io is in global Azure/,
    ],
    [
      'Azure Government',
      refused('acme.azurecr.us/a/api:1', at('azure', 'westeurope')),
      /^Copy .* in global Azure.* is in Azure Government/,
    ],
    [
      "a partner of Google's",
      refused('europe-docker.pkg.dev/acme/a/api:1', at('gce', 'u-france-east1')),
      /^Copy the image into a registry in a sovereign cloud/,
    ],
  ])('%s', (_name, situation, first) => {
    const report = textsOf(situation)
    expect(report.first).toMatch(first)
    expect(report.all).not.toMatch(/find out why|until the nodes' own identity|attach the policy|AcrPull/i)
  })

  const EKS = '602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon/aws-load-balancer-controller:v2.1.0'
  test.each([
    ['us-gov-west-1', '013241004608.dkr.ecr.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', '918309763551.dkr.ecr.cn-north-1.amazonaws.com.cn'],
  ])('gives way to that of EKS in %s', (region, registry) => {
    const { first, all } = textsOf(refused(EKS, at('aws', region)))
    expect(first).toContain(`Write ${registry} instead of 602401143452.dkr.ecr.us-west-2.amazonaws.com`)
    expect(all).not.toMatch(/get-login-password|credential provider|if that is not us-west-2/)
  })

  test("has none of EKS's in the European Sovereign Cloud, as far as is known", () => {
    expect(textsOf(refused(EKS, at('aws', 'eusc-de-east-1'))).first).toMatch(
      /^Copy the image into a registry/,
    )
  })

  test.each<[string, Situation]>([
    ['the same part', refused(`${ECR}/a/api:1`, at('aws', 'eu-central-1'))],
    ['another cloud', refused(`${ECR}/a/api:1`, at('azure', 'chinanorth3'))],
    ['an unknown region', refused(`${ECR}/a/api:1`, at('aws', 'my-region'))],
    ["the pod's own login", refused(`${ECR}/a/api:1`, { login: ECR, ...at('aws', 'cn-north-1') })],
    [
      'GovCloud and its own registry',
      refused('1.dkr.ecr.us-gov-east-1.amazonaws.com/a:1', at('aws', 'us-gov-west-1')),
    ],
  ])('is not assumed for %s', (_name, situation) => {
    expect(textsOf(situation).all).not.toMatch(/Copy the image into a registry in/)
  })

  test('is known by the region alone', () => {
    expect(partitionOfRegion('ecr', 'us-east-1')).toBe('aws')
    expect(partitionOfRegion('ecr', 'us-iso-east-1')).toBeNull()
    expect(partitionOf('ghcr.io')).toBeNull()
  })
})

describe('a registry of a cloud whose name leads to a private address', () => {
  const late = (host: string, node: Situation['node']): Situation => ({
    image: `${host}/a/api:1`,
    error: `failed to do request: Head "https://${host}/v2/a/api/manifests/1": dial tcp 10.60.12.31:443: i/o timeout`,
    ...(node && { node: { runtime: 'containerd://2.1.4', ...node } }),
  })

  test('is reached over the private way of that cloud, and no NAT gateway leads there', () => {
    const { all } = textsOf(late(ECR, { provider: 'aws' }))
    expect(all).toMatch(/let the nodes reach 10\.60\.12\.31, .* VPC endpoint \(its security group/)
    expect(all).not.toMatch(/NAT gateway/)
    expect(textsOf(late('acme.azurecr.io', { provider: 'azure' })).all).toMatch(/that of a private endpoint/)
  })

  test("is reached from the site of EKS' hybrid nodes", () => {
    const hybrid = { labels: { 'eks.amazonaws.com/compute-type': 'hybrid' } }
    expect(textsOf(late(ECR, hybrid)).all).toMatch(
      /check the way from the site of these hybrid nodes \(VPN or Direct Connect/,
    )
    expect(textsOf(late('ghcr.io', hybrid)).all).toMatch(/\(firewall, egress rules, NAT gateway/)
  })

  test('is compared with nodes where the image runs', () => {
    const image = `${ECR}/a/api:1`
    const nodes = ['node-2', 'node-3']
    const running = (pullSecrets: string[]) => {
      const held = [heldOn(image, nodes, pullSecrets)]
      const { clues } = findingOf({ ...late(ECR, { provider: 'aws' }), held })
      return clueOf(clues, 'runs-elsewhere')?.nodes
    }
    expect(running([])).toEqual(nodes)
    // Another login says nothing of the way.
    expect(running(['regcred'])).toBeUndefined()
  })
})
