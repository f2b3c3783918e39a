// An HTTP server at a unix socket: node upstream.mjs PATH
import { createServer } from "node:http"

const answers = {
  "/hello.txt": (request, response) => response.end("hello"),
  "/chunks": (request, response) => {
    response.writeHead(200, { Trailer: "X-Sum" })
    response.write("hel")
    setTimeout(() => {
      response.addTrailers({ "X-Sum": "5" })
      response.end("lo")
    }, 10)
  },
  "/hints": (request, response) => {
    response.writeEarlyHints({ link: "</style.css>; rel=preload" })
    response.writeProcessing()
    response.end("hello")
  },
  "/moved": (request, response) => response.writeHead(301, { Location: "/hello.txt" }).end("there"),
  "/close": (request, response) => response.writeHead(200, { Connection: "close" }).end("hello"),
  "/count": (request, response) => {
    let size = 0
    request.on("data", data => size += data.length).on("end", () => response.end(String(size)))
  },
  "/refuse": (request, response) => response.writeHead(413).end("too much"),
}
createServer((request, response) => answers[request.url](request, response))
  .listen(process.argv[2])
process.on("SIGTERM", () => process.exit(0))
