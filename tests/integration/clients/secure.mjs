// usage: secure.mjs ORIGIN CA
//
// Node's client of HTTP/2 over TLS, which trusts the certificates in the file CA.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http2 from "node:http2";

const [origin, ca] = process.argv.slice(2);
const client = http2.connect(origin, { ca: readFileSync(ca) });

async function ask(path, body) {
  const stream = client.request({ ":path": path, ":method": body ? "POST" : "GET" });
  stream.end(body);
  stream.setEncoding("utf8");
  let text = "";
  for await (const piece of stream) text += piece;
  return text;
}

const all = await Promise.all(Array.from({ length: 300 }, () => ask("/")));
assert.deepEqual([...new Set(all)], ["HTTP/2.0 over TLSv1.3"]);
assert.equal(client.alpnProtocol, "h2");
assert.equal(await ask("/", Buffer.alloc(1000000)), "1000000 bytes by HTTP/2.0");
assert.equal((await ask("/large")).length, 3 * 1024 * 1024);
assert.equal((await ask("/events")).match(/^event: news$/gm).length, 2);
client.close();
console.log("all is well");
