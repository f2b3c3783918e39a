// usage: keep_alive.mjs PORT
//
// As keep_alive.py, with Node's client.
import http from "node:http";

const port = Number(process.argv[2]);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1, timeout: 20000 });

function send(method, kib, headers) {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, host: "127.0.0.1", path: "/ping", agent, method, headers });
    request.on("error", reject);
    request.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
      response.on("error", reject);
    });
    for (let i = 0; i < kib; i++) request.write("a".repeat(1024));
    request.end();
  });
}

for (const kib of [60, 70, 2048]) {
  for (const headers of [{}, { "Content-Length": kib * 1024 }]) {
    const statuses = [await send("POST", kib, headers), await send("GET", 0, {})];
    if (statuses.join() !== "405,200") throw new Error(`${kib} KiB: ${statuses}`);
  }
}
agent.destroy();
