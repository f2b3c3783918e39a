// An HTTP/1.1 server for the findings about proxies: upstream.js PORT. By path: a response of known
// length, one in chunks, one in chunks with a trailer field, and two that end before they are whole.
const responses = {
  "/whole": ["Content-Length: 5", "hello"],
  "/chunks": ["Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"],
  "/trailer": ["Transfer-Encoding: chunked\r\nTrailer: X-Sum", "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"],
  "/cut-length": ["Content-Length: 10", "hello"],
  "/cut-chunks": ["Transfer-Encoding: chunked", "5\r\nhello\r\n"],
}
require("net").createServer(socket => {
  let head = ""
  socket.on("error", () => {})
  socket.on("data", data => {
    head += data
    if (!head.includes("\r\n\r\n"))
      return
    const path = head.split(" ")[1]
    const [framing, body] = responses[path] ?? responses["/whole"]
    head = ""
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${framing}\r\n\r\n${body}`)
    if (path.startsWith("/cut"))
      setTimeout(() => socket.end(), 200)
  })
}).listen(process.argv[2], "127.0.0.1")
