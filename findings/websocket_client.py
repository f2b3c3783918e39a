# usage: websocket_client.py PACKAGE URL: the messages that come, and the code of the end. PACKAGE is
# websockets, aiohttp or tornado.
import asyncio
import sys

package, url = sys.argv[1:]
seen = []


async def read_websockets():
    import websockets
    socket = await websockets.connect(url)
    try:
        while True:
            seen.append(await socket.recv() or '(empty)')
    except websockets.ConnectionClosed as end:
        seen.append(f'close {end.code}')


async def read_aiohttp():
    import aiohttp
    async with aiohttp.ClientSession() as session, session.ws_connect(url, compress=15) as socket:
        async for message in socket:
            text = message.type == aiohttp.WSMsgType.TEXT
            seen.append((message.data or '(empty)') if text else 'error')
        seen.append(f'close {socket.close_code}')


async def read_tornado():
    from tornado.websocket import websocket_connect
    socket = await websocket_connect(url, compression_options={})
    while (message := await socket.read_message()) is not None:
        seen.append(message or '(empty)')
    seen.append(f'close {socket.close_code}')


try:
    asyncio.run(globals()[f'read_{package}']())
except Exception as error:
    seen.append(type(error).__name__)
print(', '.join(seen))
