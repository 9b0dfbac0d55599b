#!/usr/bin/env bash
# Puts Debian's Chromium on this machine unless a Chromium is there.
set -eu
command -v chromium >/dev/null && exit 0
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium
command -v chromium
