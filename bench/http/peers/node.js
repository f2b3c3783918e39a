// node:http, on its one thread. Usage: node node.js PORT SECONDS
"use strict";
const http = require("node:http");
const [port, seconds] = process.argv.slice(2).map(Number);
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

const server = http.createServer((req, res) => routes[req.url](req, res));
server.keepAliveTimeout = 60000;
server.listen({ host: "127.0.0.1", port, backlog: 4096 });
