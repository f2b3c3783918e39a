# usage: websocket_server.py PACKAGE PORT: sends each message back. PACKAGE is websockets, aiohttp or
# tornado.
import asyncio
import sys

package, port = sys.argv[1], int(sys.argv[2])


async def serve_websockets():
    import websockets

    async def echo(socket):
        async for message in socket:
            await socket.send(message)
    await websockets.serve(echo, '127.0.0.1', port)


async def serve_aiohttp():
    from aiohttp import web

    async def echo(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
        return socket
    application = web.Application()
    application.router.add_get('/', echo)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, '127.0.0.1', port).start()


async def serve_tornado():
    from tornado import web, websocket

    class Echo(websocket.WebSocketHandler):
        def get_compression_options(self):
            return {}

        def on_message(self, message):
            self.write_message(message)
    web.Application([('/', Echo)]).listen(port, '127.0.0.1')


async def serve():
    await globals()[f'serve_{package}']()
    await asyncio.Future()

asyncio.run(serve())
