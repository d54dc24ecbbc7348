/** What the name of an image tells by itself: its platforms, its operating system, and a part that it lacks. */
import { expect, test } from 'vitest'
import { isPublishedFor } from '../../src/image/kubernetes-images.ts'
import { missingNamespace } from '../../src/image/mistakes/missing-namespace.ts'
import { isNamedForWindows, isPerhapsForWindows } from '../../src/image/windows-images.ts'

test.each([
  ['registry.k8s.io/pause:3.10', 'arm64', true],
  ['k8s.gcr.io/kube-proxy:v1.20.0', 's390x', true],
  ['registry.k8s.io/kube-proxy:v1.34.1', 'riscv64', false],
  ['k8s.gcr.io/kube-proxy:v1.11.3', 'arm64', false],
  ['k8s.gcr.io/pause-amd64:3.1', 'arm64', false],
  ['mirror.example/pause:3.10', 'arm64', false],
  ['registry.k8s.io/pause:3.10@sha256:aa', 'arm64', false],
  ['registry.k8s.io/pause:3.10-linux-amd64', 'arm64', false],
  ['registry.k8s.io/pause:3.10-windows-amd64-ltsc2022', 'amd64', false],
  ['registry.k8s.io/kube-proxy:v1.34.0-rc.1', 'arm64', true],
])('Kubernetes publishes %s for linux/%s: %s', (reference, architecture, is) => {
  expect(isPublishedFor(reference, { os: 'linux', architecture })).toBe(is)
  expect(isPublishedFor(reference, { os: 'windows', architecture })).toBe(false)
})

test.each([
  ['docker.io/acme/web:1-ltsc2022', 'for Windows'],
  ['ghcr.io/acme/windows-exporter:1', 'perhaps'],
  ['docker.io/acme/nanoserver@sha256:aa', 'perhaps'],
  ['ghcr.io/acme/windowsill:1', 'not'],
  ['windows.example/acme/web:1', 'not'],
  ['docker.io/acme/web:windows', 'not'],
])('%s is %s', (reference, is) => {
  const [named, perhaps] = [isNamedForWindows(reference), isPerhapsForWindows(reference)]
  expect(named ? 'for Windows' : perhaps ? 'perhaps' : 'not').toBe(is)
})

test.each([
  ['ghcr.io/app:1', 'owner'],
  ['ghcr.io/acme/app:1', null],
  ['swr.cn-north-4.myhuaweicloud.com/app:1', 'organization'],
  ['registry.cn-hangzhou.aliyuncs.com/app:1', 'namespace'],
  ['eu.gcr.io/app:1', 'project'],
  ['k8s.gcr.io/pause:3.9', null],
  ['acme.azurecr.io/app:1', null],
  ['registry.example/app:1', null],
])('%s lacks %s', (reference, lacks) => {
  expect(missingNamespace(reference)).toBe(lacks)
})
