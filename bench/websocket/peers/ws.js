// ws.js PORT: as bench/websocket/hob.c, with ws.
const { WebSocketServer } = require('ws')

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]) })
const feed = new Set()

server.on('connection', (socket, request) => {
  if (request.url === '/echo') {
    socket.on('message', (data, binary) => socket.send(data, { binary }))
    return
  }
  feed.add(socket)
  socket.on('close', () => feed.delete(socket))
  socket.on('message', (data, binary) => {
    for (const each of feed) each.send(data, { binary })
  })
})
