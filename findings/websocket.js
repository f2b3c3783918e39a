// The frames of a WebSocket (RFC 6455 5.2), and compressed content for them (RFC 7692).
const crypto = require('crypto')
const net = require('net')
const zlib = require('zlib')

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

// frame(OPCODE, CONTENT, {fin, rsv1, mask}): content of up to 125 bytes.
function frame(opcode, content, { fin = true, rsv1 = false, mask = false } = {}) {
  const bytes = Buffer.from(content)
  const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode
  const head = Buffer.from([first, (mask ? 0x80 : 0) | bytes.length])
  const key = Buffer.from([1, 2, 3, 4])
  if (!mask) return Buffer.concat([head, bytes])
  return Buffer.concat([head, key, bytes.map((byte, i) => byte ^ key[i % 4])])
}

const closing = (code, options) => frame(8, [code >> 8, code & 255], options)

// The usual form: the empty block that a flush appends is left out (RFC 7692 7.2.1).
function deflated(text) {
  const bytes = zlib.deflateRawSync(text, { finishFlush: zlib.constants.Z_SYNC_FLUSH })
  return bytes.subarray(0, -4)
}

// A last block of deflate, with BFINAL, and a byte of zeros behind it (RFC 7692 7.2.3.4).
const final = (text) => Buffer.concat([zlib.deflateRawSync(text), Buffer.from([0])])

// serve(PORT, FIELDS, FRAMES): answers each handshake with these fields, and sends these frames.
function serve(port, fields, frames) {
  net.createServer((socket) => {
    let head = ''
    socket.on('error', () => {})
    socket.on('data', (data) => {
      if (head.endsWith('\r\n\r\n')) return
      head += data.toString('latin1')
      if (!head.endsWith('\r\n\r\n')) return
      const key = /sec-websocket-key: *(.*)\r\n/i.exec(head)[1]
      const accept = crypto.createHash('sha1').update(key + GUID).digest('base64')
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n${fields.map((field) => field + '\r\n').join('')}\r\n`)
      let delay = 0
      for (const each of frames) setTimeout(() => socket.write(each), (delay += 30))
      setTimeout(() => socket.end(), delay + 300)
    })
  }).listen(port, '127.0.0.1')
}

// Describes a frame of the peer.
function describe(opcode, content, rsv1) {
  if (opcode === 8) return `close ${content.length ? content.readUInt16BE(0) : ''}`.trim()
  if (opcode === 9 || opcode === 10) return opcode === 9 ? 'ping' : 'pong'
  if (!rsv1) return content.toString()
  const bytes = Buffer.concat([content, Buffer.from([0, 0, 255, 255])])
  return zlib.inflateRawSync(bytes, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).toString()
}

// ask(PORT, FIELDS, FRAMES): the status of a handshake with these fields, and what comes back within a
// second for these frames.
function ask(port, fields, frames = []) {
  return new Promise((resolve) => {
    const seen = []
    const socket = net.connect(port, '127.0.0.1')
    const end = () => { socket.destroy(); resolve(seen.join(', ')) }
    let bytes = Buffer.alloc(0)
    setTimeout(end, 1000)
    socket.on('error', () => {})
    socket.on('close', end)
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\n` +
      'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
      `${fields.map((field) => field + '\r\n').join('')}\r\n`)
    socket.on('data', (data) => {
      bytes = Buffer.concat([bytes, data])
      if (!seen.length) {
        const end = bytes.indexOf('\r\n\r\n')
        if (end < 0) return
        seen.push(bytes.toString('latin1', 9, 12))
        bytes = seen[0] === '101' ? bytes.subarray(end + 4) : Buffer.alloc(0)
        frames.forEach((each, i) => setTimeout(() => socket.write(each), 30 * i))
      }
      while (bytes.length >= 2 && bytes.length >= 2 + bytes[1]) {
        const size = bytes[1]
        seen.push(describe(bytes[0] & 15, bytes.subarray(2, 2 + size), bytes[0] & 0x40))
        bytes = bytes.subarray(2 + size)
      }
    })
  })
}

module.exports = { frame, closing, deflated, final, serve, ask }
