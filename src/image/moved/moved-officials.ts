/** Official images of Docker Hub that were renamed, or that their makers publish under their own names now. */

import type { MovedRow } from './moved-row.ts'

export const MOVED_OFFICIALS: readonly MovedRow[] = [
  {
    moves: { 'docker.io/library/consul': 'docker.io/hashicorp/consul' },
    state: 'moved',
    since: '2023-06-27',
    onlyMissing: true,
    source: 'https://github.com/hashicorp/consul/issues/17973',
  },
  {
    moves: { 'docker.io/library/emqx': 'docker.io/emqx/emqx' },
    state: 'moved',
    since: '2025-05-14',
    onlyMissing: true,
    source: 'https://github.com/docker-library/docs/blob/master/emqx/deprecated.md',
  },
  {
    moves: { 'docker.io/library/java': 'docker.io/library/openjdk' },
    state: 'moved',
    since: '2016-12-31',
    onlyMissing: true,
    source: 'https://github.com/docker-library/docs/commit/ac0b03e5097f02029f182a05bc6842d79a525b9e',
  },
  {
    moves: { 'docker.io/library/jenkins': 'docker.io/jenkins/jenkins' },
    state: 'moved',
    since: '2017-07-20',
    onlyMissing: true,
    source: 'https://github.com/docker-library/docs/commit/9c857f87a1605b20fe34e8eb3885bb77698f84a5',
  },
  {
    moves: { 'docker.io/library/liquibase': 'docker.io/liquibase/liquibase' },
    state: 'moved',
    since: '2025-10-24',
    onlyMissing: true,
    source: 'https://github.com/docker-library/docs/blob/master/liquibase/deprecated.md',
  },
  {
    moves: { 'docker.io/library/rockylinux': 'docker.io/rockylinux/rockylinux' },
    state: 'moved',
    since: '2025-06-10',
    onlyMissing: true,
    source: 'https://github.com/docker-library/docs/blob/master/rockylinux/deprecated.md',
  },
  {
    moves: { 'docker.io/library/vault': 'docker.io/hashicorp/vault' },
    state: 'moved',
    since: '2023-06-30',
    onlyMissing: true,
    source: 'https://github.com/docker-library/official-images/issues/14197',
  },
]
