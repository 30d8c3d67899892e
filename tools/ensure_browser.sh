#!/usr/bin/env bash
# A browser for the browser tests: Debian's where we are root, else Playwright's own, else say what to install.
set -euo pipefail
bin=$1
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0
fi
"$bin/playwright" install chromium && exit 0
echo "Kiểm thử trình duyệt cần Chromium. Trên Debian: sudo apt-get install chromium" >&2
exit 1
