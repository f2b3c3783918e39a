// usage: trailers.mjs PORT
//
// Node's clients of HTTP/1.1 and HTTP/2 send trailers, and receive those of the response.
import assert from "node:assert";
import http from "node:http";
import http2 from "node:http2";

const port = Number(process.argv[2]);

async function text(stream) {
  let all = "";
  for await (const piece of stream) all += piece;
  return all;
}

const request = http.request({
  port,
  host: "127.0.0.1",
  method: "POST",
  headers: { TE: "trailers", Connection: "TE", Trailer: "X-Sum" },
});
request.addTrailers({ "X-Sum": "7", "X-Other": "8" });
request.end("x");
const response = await new Promise((resolve, reject) =>
  request.on("response", resolve).on("error", reject),
);
assert.equal(await text(response), "X-Sum=7,X-Other=8,");
assert.deepEqual({ ...response.trailers }, { "x-count": "2", "x-empty": "" });
request.destroy();

const client = http2.connect(`http://127.0.0.1:${port}`);
const stream = client.request(
  { ":method": "POST", te: "trailers" },
  { waitForTrailers: true, endStream: false },
);
stream.on("wantTrailers", () => stream.sendTrailers({ "x-sum": "7" }));
const trailers = new Promise((resolve) => stream.on("trailers", resolve));
stream.end("x");
assert.equal(await text(stream), "x-sum=7,");
assert.deepEqual({ ...(await trailers) }, { "x-count": "1", "x-empty": "" });
client.close();
