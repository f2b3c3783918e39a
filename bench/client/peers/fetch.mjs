// Node's fetch(). Started as bench/client/fetch.h describes.
import { memoryUsage } from "node:process"

const [url, mode, argument] = process.argv.slice(2)
const count = Number(argument)
const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))
let fetched = 0
const before = memoryUsage.rss()

// See settled_kib() in bench/client/fetch.h.
const settled = async () => {
  let now = memoryUsage.rss(), steady = 0
  for (let second = 0; second < 60 && steady < 5; second++) {
    const earlier = now
    await sleep(1000)
    now = memoryUsage.rss()
    steady = Math.abs(now - earlier) < earlier / 1000 ? steady + 1 : 0
  }
  return now
}

const again = async () => {
  for (;;) {
    await (await fetch(url)).text()
    fetched++
  }
}
for (let i = 0; i < count; i++) again()
if (mode === "waiting") {
  console.log(`waiting ${((await settled() - before) / 1024 / count).toFixed(2)} KiB`)
} else {
  await sleep(500)
  const begin = performance.now(), used = process.cpuUsage()
  fetched = 0
  await sleep(3000)
  const wall = (performance.now() - begin) / 1000
  const { user, system } = process.cpuUsage(used)
  console.log(`requests ${(fetched / wall).toFixed(0)} 1/s`)
  console.log(`processor ${((user + system) / fetched).toFixed(2)} us`)
}
process.exit(0)
