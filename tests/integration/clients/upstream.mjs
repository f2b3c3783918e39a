// An HTTP server at a unix socket: node upstream.mjs PATH
import { createServer } from "node:http"
import * as zlib from "node:zlib"

// What encodes, by the names of codings. Older versions of Node have no zstd.
const encoders = {
  gzip: zlib.createGzip,
  br: () => zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: zlib.createZstdCompress,
}

const large = Array.from({ length: 600000 }, (_, i) => i).join().slice(0, 3 * 1024 * 1024)

// Sends a large body in the coding that the query names, if it is asked for.
const encoded = (request, response) => {
  const coding = request.url.split("?")[1]
  const asked = request.headers["accept-encoding"].split(", ").includes(coding)
  if (!asked || !encoders[coding]) return response.writeHead(406).end()
  response.writeHead(200, { "Content-Encoding": coding })
  const encoder = encoders[coding]()
  encoder.pipe(response)
  encoder.end(large)
}

let held = 0 // requests to /hold
let left = 0 // clients that have left before the end of a response
let flooded = 0 // bytes that were written to /flood

// Writes for as long as the client reads.
const flood = response => {
  const piece = Buffer.alloc(64 * 1024)
  const write = () => {
    do flooded += piece.length
    while (response.write(piece))
  }
  response.on("drain", write).on("close", () => left++)
  write()
}

const answers = {
  "/coded": encoded,
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
  "/break-chunked": (request, response) => {
    response.write("hello", () => response.destroy())
  },
  "/break-sized": (request, response) => {
    response.writeHead(200, { "Content-Length": 9 }).write("hello", () => response.destroy())
  },
  "/hold": (request, response) => {
    held++
    response.on("close", () => left++)
    if (request.url.endsWith("?begin")) response.write("hello")
  },
  "/flood": (request, response) => flood(response),
  "/flooded": (request, response) => response.end(String(flooded)),
  "/held": (request, response) => response.end(String(held)),
  "/left": (request, response) => response.end(String(left)),
  "/ignore": request => request.pause(),
  "/field": (request, response) => {
    response.end(String(request.headers[request.url.slice("/field?".length)]))
  },
}
createServer((request, response) => answers[request.url.split("?")[0]](request, response))
  .listen(process.argv[2])
process.on("SIGTERM", () => process.exit(0))
