// Node's http server for the cases: node node.js PORT
const http = require('http');

http.createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.statusCode = Number(/^\/(\d{3})$/.exec(request.url)?.[1] ?? 200);
    response.end(request.url);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
