// usage: tls.mjs CERTIFICATE KEY: a TLS server that sends back what it receives.
import { readFileSync } from "node:fs";
import { createServer } from "node:tls";

const [certificate, key] = process.argv.slice(2);
const options = {
  cert: readFileSync(certificate),
  key: readFileSync(key),
  ALPNProtocols: ["one", "two"],
};
const server = createServer(options, (socket) => socket.pipe(socket));
server.listen(0, "127.0.0.1", () => console.log(`ACCEPT 127.0.0.1:${server.address().port}`));
