/** Reports on layers of Windows base images, which manifests of other registries send nodes to Microsoft for. */
import { expect, test } from 'vitest'
import { findingOf } from '../advice/situation.ts'
import { textsOf } from './texts-of.ts'

const IMAGE = 'harbor.plant.example/hmi/panel:4.2-ltsc2019'
const BLOB = `blobs/sha256:${'4'.repeat(64)}`
const MCR = `https://mcr.microsoft.com/v2/windows/servercore/${BLOB}`
const LATE =
  'dial tcp 204.79.197.219:443: connectex: A connection attempt failed because the connected party did not properly respond after a period of time, or established connection failed because connected host has failed to respond.'
const node = { os: 'windows', runtime: 'containerd://1.7.25' }
const failed = (url: string, why: string, image = IMAGE) => ({
  image,
  node,
  error: `failed to pull and unpack image "${image}": failed to copy: httpReadSeeker: failed open: failed to do request: Get "${url}": ${why}`,
})

test.each([
  ['that does not answer', MCR, LATE],
  ['whose name is not known', MCR, 'dial tcp: lookup mcr.microsoft.com: no such host'],
  ['that refuses', MCR, 'dial tcp 204.79.197.219:443: connect: connection refused'],
  [
    'that it redirects to',
    'https://westeurope.data.mcr.microsoft.com/a1/docker/registry/v2/blobs/sha256/44/data',
    LATE,
  ],
  ['of earlier links', 'https://go.microsoft.com/fwlink/?linkid=2069158', LATE],
  ['that those lead to', 'https://winlayers.blob.core.windows.net/images/servercore.tar.gz', LATE],
])('a host of Microsoft %s is no mirror, and the layers need another base', (_which, url, why) => {
  const { all } = textsOf(failed(url, why))
  expect(all).toMatch(/the manifest at harbor\.plant\.example sends the nodes to Microsoft/)
  expect(all).toMatch(/Windows base image of June 2023 or later/)
  expect(all).not.toMatch(/mirror|hosts\.toml|disableredirect/)
})

test.each(['acmeprod.azurecr.io', '123456789012.dkr.ecr.eu-west-1.amazonaws.com'])(
  "what a cloud's registry %s needs of its own network does not let the nodes reach Microsoft",
  registry => {
    const image = `${registry}/hmi/panel:1`
    const texts = [LATE, 'dial tcp: lookup mcr.microsoft.com: no such host'].map(
      why => textsOf(failed(MCR, why, image)).all,
    )
    expect(texts.join('\n')).not.toMatch(/privatelink|VPC endpoint|S3|cache of ECR|private endpoint/)
  },
)

test.each([
  ['the image is Microsoft’s', failed(MCR, LATE, 'mcr.microsoft.com/windows/servercore:ltsc2019')],
  [
    'the request names the registry that the host stands in for',
    failed(`${MCR}?ns=docker.io`, LATE, 'acme/panel:1'),
  ],
  [
    'it is a layer of another kind of image',
    failed(MCR.replace('windows/servercore', 'dotnet/runtime'), LATE),
  ],
  [
    'a registry passes on where Microsoft sends a Linux node',
    {
      ...failed('https://westeurope.data.mcr.microsoft.com/a1/docker/registry/v2/blobs/sha256/44/data', LATE),
      node: { os: 'linux', runtime: 'containerd://1.7.25' },
    },
  ],
  ['it is the manifest', failed('https://mcr.microsoft.com/v2/windows/servercore/manifests/1', LATE)],
])('nothing is said of a Windows base where %s', (_where, situation) => {
  expect(findingOf(situation).clues.map(({ code }) => code)).not.toContain('windows-base')
})

test('Docker is not said to ask Microsoft as containerd does', () => {
  expect(textsOf(failed(MCR, LATE)).all).toContain('as containerd asks those addresses first')
  const docker = { ...failed(MCR, LATE), node: { os: 'windows', runtime: 'docker://27.3.1' } }
  expect(textsOf(docker).all).not.toContain('containerd')
})
