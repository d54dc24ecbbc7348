/** References as Kubernetes reads them, compared with distribution/reference. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fullName, parseReference, readReference } from '../../src/image/reference.ts'
import { anyText } from '../any-text.ts'

const HEX = 'a'.repeat(64)
const SHA = `sha256:${HEX}`

describe('a reference', () => {
  test.each<[string, string]>([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['bitnami/redis', 'docker.io/bitnami/redis:latest'],
    ['docker.io/nginx', 'docker.io/library/nginx:latest'],
    ['index.docker.io/nginx', 'docker.io/library/nginx:latest'],
    ['index.docker.io/bitnami/redis', 'docker.io/bitnami/redis:latest'],
    ['registry-1.docker.io/library/nginx', 'registry-1.docker.io/library/nginx:latest'],
    ['ghcr.io/acme/api:v2', 'ghcr.io/acme/api:v2'],
    ['localhost/api', 'localhost/api:latest'],
    ['localhost:5000/api', 'localhost:5000/api:latest'],
    ['registry:5000/team/api:1', 'registry:5000/team/api:1'],
    ['[2001:db8::1]:5000/api', '[2001:db8::1]:5000/api:latest'],
    ['Acme/api', 'Acme/api:latest'],
    ['team/api.v2', 'docker.io/team/api.v2:latest'],
    ['a/b/c/d', 'docker.io/a/b/c/d:latest'],
    ['a__b/c--d_e.f', 'docker.io/a__b/c--d_e.f:latest'],
    ['reg_x.example/api', 'reg_x.example/api:latest'],
    [`nginx@${SHA}`, `docker.io/library/nginx@${SHA}`],
    [`nginx:1.27@${SHA}`, `docker.io/library/nginx:1.27@${SHA}`],
    [`nginx@sha512:${HEX}${HEX}`, `docker.io/library/nginx@sha512:${HEX}${HEX}`],
    [`nginx:${'t'.repeat(128)}`, `docker.io/library/nginx:${'t'.repeat(128)}`],
    [`library/${HEX}`, `docker.io/library/${HEX}:latest`],
    [`${HEX}:1`, `docker.io/library/${HEX}:1`],
    [`ghcr.io/${'a'.repeat(255)}`, `ghcr.io/${'a'.repeat(255)}:latest`],
  ])('%s is read as %s', (text, full) => {
    const reference = parseReference(text)
    expect(reference && fullName(reference)).toBe(full)
  })

  test.each<[string, string]>([
    ['', 'it is empty'],
    ['nginx:$TAG', 'placeholder'],
    ['{{ .Values.image }}', 'placeholder'],
    [' nginx', 'whitespace'],
    ['nginx\n', 'whitespace'],
    ['nginx:1.27 ', 'whitespace'],
    ['nginx\u0001x', 'control character'],
    ['eck/snapshot\u200bs:1', 'invisible character (U+200B)'],
    ['café/api', 'plain ASCII'],
    ['https://ghcr.io/acme/api', 'image names have no scheme'],
    [HEX, '64 hexadecimal digits'],
    ['Nginx', 'must be lower case'],
    ['ghcr.io/Acme/api', '"Acme/api"'],
    ['nginx:', 'the tag after ":" is missing'],
    ['nginx:-1', 'the tag "-1"'],
    [`nginx:${'t'.repeat(129)}`, 'at most 128'],
    ['nginx:1:2', 'it has two tags, "1" and "2"'],
    ['nginx@', 'nothing follows the @'],
    ['nginx@sha256:abc', 'has 3 digits'],
    [`nginx@sha256:${HEX.toUpperCase()}`, 'in lower case'],
    [`nginx@md5:${'a'.repeat(32)}`, 'not of a known algorithm'],
    [`nginx@sha512:${HEX}`, 'but a sha512 has 128'],
    ['a//b', 'an empty part'],
    ['registry.example//app:1', 'an empty part'],
    ['/app:1', 'it begins with a slash'],
    ['localhost:5000:latest', 'the repository is missing'],
    ['/nginx', 'the value for its registry is empty'],
    ['docker.io/harbor.example:8443/acme/app:1', 'put in front of "harbor.example:8443"'],
    ['acme/mirror/harbor.example:8443/acme/app:1', 'put in front of "harbor.example:8443"'],
    ['quay.io/acme/app:feature/login', "a tag can't contain a slash"],
    ['images:ubuntu/24.04', 'write a name and a tag, such as ubuntu:24.04'],
    ['images:5000/App:1', 'must be lower case'],
    ['images:feature/login', "a tag can't contain a slash: for a branch"],
    // Its capitals are in the tag.
    ['quay.io/acme/app:feature/PAY-812', 'one follows "app:feature": for a branch, use its slug'],
    ['registry.example:5000/app:fix/A1', 'one follows "app:fix"'],
    ['app:fix/A1', '"app:fix" is not a registry host, and a tag can\'t contain a slash'],
    ['localhost:80a/app', '"localhost:80a" is not a registry host'],
    [`quay.io/acme/app:sha256:${'a'.repeat(64)}`, 'a digest follows an @'],
    [`quay.io/acme/app:@sha256:${'a'.repeat(64)}`, 'without a tag before the digest'],
    ['quay.io/acme/app:%!s(float64=1.2)', 'quote it'],
    ['map[repository:acme/app tag:1]', 'a whole map'],
    ['ghcr.io/', 'the repository is missing'],
    ['a___b', 'the part "library/a___b"'.slice(0, 8)],
    ['-a', 'the part "-a"'],
    ['a..b/c', 'not a registry host'],
    ['host:port/api', 'not a registry host'],
    [`ghcr.io/${'a'.repeat(256)}`, '256 characters'],
  ])('%j is invalid, with the reason %s', (text, reason) => {
    expect(parseReference(text)).toBeNull()
    expect(readReference(text)).toEqual({ refused: expect.stringContaining(reason) })
  })

  test('its full name parses as itself', () => {
    const part = fc.stringMatching(/^[a-z0-9]+([._-][a-z0-9]+){0,2}$/)
    const host = fc.constantFrom('', 'ghcr.io/', 'localhost:5000/', 'index.docker.io/')
    const tag = fc.constantFrom('', ':1.27', ':latest')
    const digest = fc.constantFrom('', `@${SHA}`)
    fc.assert(
      fc.property(host, fc.array(part, { minLength: 1, maxLength: 3 }), tag, digest, (...parts) => {
        const [at, path, ...rest] = parts
        const reference = parseReference(`${at}${path.join('/')}${rest.join('')}`)
        fc.pre(reference !== null)
        const again = parseReference(fullName(reference))
        expect(again && fullName(again)).toBe(fullName(reference))
      }),
    )
  })

  test('any text is parsed or refused with a reason, and quickly', () => {
    fc.assert(
      fc.property(anyText(400), text => {
        const read = readReference(text)
        if ('refused' in read) expect(read.refused).not.toBe('')
      }),
    )
    expect(parseReference(`${'a-'.repeat(50_000)}/${'a.'.repeat(50_000)}`)).toBeNull()
  })
})
