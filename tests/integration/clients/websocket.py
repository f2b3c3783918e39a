#!/usr/bin/env python3
"""usage: websocket.py PORT: exchanges messages with a server that sends them back, by websockets."""
import asyncio
import sys

import websockets


async def main():
    async with websockets.connect(f"ws://127.0.0.1:{sys.argv[1]}/") as socket:
        await socket.send("fries \U0001f35f")
        assert await socket.recv() == "fries \U0001f35f"
        await socket.send(bytes(range(256)) * 300)
        assert await socket.recv() == bytes(range(256)) * 300
        await socket.send(["in ", "three ", "fragments"])
        assert await socket.recv() == "in three fragments"
        await asyncio.wait_for(await socket.ping(), 10)
        await socket.close(4002, "enough")
        assert socket.close_code == 4002


asyncio.run(main())
