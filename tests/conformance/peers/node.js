// Node's http or http2 server for the cases: node node.js PORT [http2]
const http = require(process.argv[3] ?? 'http');

http.createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.statusCode = Number(/^\/(\d{3})$/.exec(request.url)?.[1] ?? 200);
    response.end(request.url);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
