#!/usr/bin/env bash
# Builds the container image from release/pullguard-VERSION.tgz for amd64 and arm64, tests it, and pushes it.
# Arguments: VERSION REPOSITORY…
# The build runs no commands, so it needs neither an emulator nor a builder image from Docker Hub.
set -euo pipefail
version=$1
shift
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp container/pullguard "$context/"
tar -xzf "release/pullguard-$version.tgz" -C "$context"

for arch in amd64 arm64; do
  docker build --pull --platform "linux/$arch" -f container/Dockerfile -t "pullguard:$arch" \
    --label "org.opencontainers.image.version=$version" \
    --label "org.opencontainers.image.licenses=Apache-2.0" \
    --label "org.opencontainers.image.source=${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_REPOSITORY:-pullguard/pullguard}" \
    "$context"
done
test "$(docker run --rm --network none "pullguard:$(docker version -f '{{.Server.Arch}}')" --version)" = "$version"

for repository in "$@"; do
  for arch in amd64 arm64; do
    docker tag "pullguard:$arch" "$repository:$version-$arch"
    docker push "$repository:$version-$arch"
  done
  docker buildx imagetools create -t "$repository:$version" -t "$repository:latest" "$repository:$version-amd64" "$repository:$version-arm64"
done
