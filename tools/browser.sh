#!/bin/sh
# The page's tests drive the system's Chromium. Find it, or install it where the system lets us; never fail.
set -u

have_browser() {
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && return 0
  done
  return 1
}

have_browser && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing chromium by apt-get for the page's tests (root only; without it they are skipped)."
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq </dev/null >/dev/null \
    && apt-get install -y -qq --no-install-recommends chromium </dev/null >/dev/null
fi
have_browser || echo "No Chromium found: browser tests will be skipped. Install chromium or google-chrome to run them."
exit 0
