// An HTTP/1.1 server for the findings about proxies: upstream.js PORT. By path: a response of known
// length, one in chunks, one in chunks with a trailer field, two that end before they are whole, one
// with fields that Connection names, one with a field without a value, one behind an interim response,
// and two whose content ends with the connection. A target that contains "echo" gets the head of its
// request, and so does OPTIONS.
const responses = {
  "/whole": ["Content-Length: 5", "hello"],
  "/chunks": ["Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n"],
  "/trailer": ["Transfer-Encoding: chunked\r\nTrailer: X-Sum", "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"],
  "/cut-length": ["Content-Length: 10", "hello"],
  "/cut-chunks": ["Transfer-Encoding: chunked", "5\r\nhello\r\n"],
  "/named": ["Connection: X-Mine\r\nX-Mine: upstream\r\nContent-Length: 5", "hello"],
  "/no-value": ["X-None:\r\nX-Some: 1\r\nContent-Length: 5", "hello"],
  "/early": ["Content-Length: 5", "hello"],
  "/until-close": ["X-Length: unknown", "hello"],
  "/until-announced-close": ["Connection: close", "hello"],
}
require("net").createServer(socket => {
  let head = ""
  socket.on("error", () => {})
  socket.on("data", data => {
    head += data
    if (!head.includes("\r\n\r\n"))
      return
    const path = head.split(" ")[1]
    const echo = [`Content-Length: ${head.length}`, head]
    const echoes = path.includes("echo") || head.startsWith("OPTIONS")
    const [framing, body] = echoes ? echo : responses[path] ?? responses["/whole"]
    head = ""
    if (path === "/early")
      socket.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${framing}\r\n\r\n${body}`)
    if (path.startsWith("/cut") || path.startsWith("/until"))
      setTimeout(() => socket.end(), 200)
  })
}).listen(process.argv[2], "127.0.0.1")
