// usage: http2.mjs PORT
//
// Node's client of HTTP/2: on one connection, many requests at once, bodies that are not read, and
// requests that are given up.
import http2 from "node:http2";

const port = Number(process.argv[2]);
const client = http2.connect(`http://127.0.0.1:${port}`);

function send(method, path, kib) {
  return new Promise((resolve, reject) => {
    const stream = client.request({ ":method": method, ":path": path });
    let status;
    stream.on("response", (head) => (status = head[":status"]));
    stream.on("error", reject);
    stream.on("close", () => resolve(status));
    stream.resume();
    for (let i = 0; i < kib; i++) stream.write("a".repeat(1024));
    stream.end();
  });
}

function giveUp() {
  const stream = client.request({ ":path": "/noodles" });
  stream.on("error", () => {});
  return new Promise((resolve) => {
    stream.on("ready", () => stream.close(http2.constants.NGHTTP2_CANCEL));
    stream.on("close", resolve);
  });
}

client.on("error", (error) => {
  throw error;
});
const pings = Array.from({ length: 300 }, () => send("GET", "/ping", 0));
const uploads = [60, 70, 2048].map((kib) => send("POST", "/ping", kib));
await Promise.all(Array.from({ length: 20 }, giveUp));
const statuses = [...new Set(await Promise.all(pings)), ...(await Promise.all(uploads))];
if (statuses.join() !== "200,405,405,405") throw new Error(`${statuses}`);
client.close();
