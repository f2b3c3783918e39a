// Node's servers of http, https and http2, on its one thread.
// Usage: node node.js PORT SECONDS [PROTOCOL [CERTIFICATE KEY]]
"use strict";
const { readFileSync } = require("node:fs");
const [port, seconds] = process.argv.slice(2, 4).map(Number);
const [protocol = "http", cert, key] = process.argv.slice(4);
const options = cert ? { cert: readFileSync(cert), key: readFileSync(key) } : {};
const mebibyte = Buffer.alloc(1 << 20, "x");

function reply(res, content) {
  res.writeHead(200, { "Content-Type": "text/plain", "Content-Length": content.length });
  res.end(content);
}

function stream(res, left) {
  setTimeout(() => {
    res.write("data: tick\n\n");
    if (left > 1) stream(res, left - 1);
    else res.end();
  }, 100);
}

const routes = {
  "/ping": (req, res) => reply(res, "Hello, world!"),
  "/noodles": (req, res) => setTimeout(reply, seconds * 1000, res, "noodles cooking done\n"),
  "/download": (req, res) => reply(res, mebibyte),
  "/upload": (req, res) => {
    req.on("data", () => {});
    req.on("end", () => reply(res, "Hello, world!"));
  },
  "/stream": (req, res) => {
    res.writeHead(200, { "Content-Type": "text/event-stream" });
    stream(res, 10);
  },
};

const { createServer } = require(`node:${protocol}`);
const server = createServer(options, (req, res) => routes[req.url](req, res));
server.keepAliveTimeout = 600000;
server.listen({ host: "127.0.0.1", port, backlog: 4096 });
