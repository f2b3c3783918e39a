#!/usr/bin/env bash
# Surprise: the newest playwright-core cannot open a page in Debian's Firefox, and an older one can.
#
# Guess:    what an older release of playwright-core does with an installed Firefox, over WebDriver
#           BiDi (channel "moz-firefox"), the newest one does too.
# Package:  playwright-core 1.64.0 and 1.65.1 of npm, firefox-esr 153.8.0esr-1~deb12u1 (Debian 12)
# Seen:     1.64.0 opens a page. In 1.65.1 newContext() fails, also with colorScheme null, since it
#           always sends emulation.setMediaFeaturesOverride, which this Firefox does not know.
# shellcheck source=findings/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
debian firefox-esr=153.8.0esr-1~deb12u1

cat >open.cjs <<'END'
const { firefox } = require(`${process.argv[2]}/node_modules/playwright-core`)
const executablePath = `${process.cwd()}/root/usr/lib/firefox-esr/firefox-esr`
async function open() {
  const browser = await firefox.launch({ channel: "moz-firefox", executablePath })
  try {
    const context = await browser.newContext({ colorScheme: null })
    const page = await context.newPage()
    await page.setContent("<title>hello</title>")
    return await page.title()
  } finally {
    await browser.close()
  }
}
open().then(console.log, error => console.log(/unknown command/.test(error) ? "unknown command" : error))
END
export HOME=$work
for version in 1.64.0 1.65.1; do
  mkdir "$version"
  (cd "$version" && npm_package "playwright-core@$version")
done
expect "playwright-core 1.64.0" "$(timeout 60 node open.cjs "$PWD/1.64.0")" "hello"
expect "playwright-core 1.65.1" "$(timeout 60 node open.cjs "$PWD/1.65.1")" "unknown command"
