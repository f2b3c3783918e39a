// usage: websocket_client.mjs URL [PACKAGE]: the messages that come, and the code of the end. Uses the
// WebSocket of the runtime, or that of a package. Runs in Node.js, Bun and Deno.
import process from 'node:process'
import { createRequire } from 'node:module'

const [url, name] = process.argv.slice(2)
const require = createRequire(process.cwd() + '/')
const packages = { ws: (all) => all, 'faye-websocket': (all) => all.Client, websocket: (all) => all.w3cwebsocket }
const WebSocket = name ? packages[name](require(name)) : globalThis.WebSocket
const extensions = name === 'faye-websocket' ? [require('permessage-deflate')] : []
const socket = name === 'faye-websocket' ? new WebSocket(url, [], { extensions }) : new WebSocket(url)
const seen = []
socket.onmessage = (event) => seen.push(event.data || '(empty)')
socket.onerror = () => seen.push('error')
socket.onclose = (event) => {
  console.log([...seen, `close ${event.code}`].join(', '))
  process.exit(0)
}
