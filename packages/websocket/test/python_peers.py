"""The other end of a test, in Python: `client websockets|tornado URL` or `server websockets|tornado`."""
import asyncio
import sys

TEXTS = ["", "hello", "h\u00e4\u00df\u20ac\U0001f600", "x" * 70000, "y" * 300]
BLOBS = [b"", b"\x00\xff", b"z" * 70000]


async def client_websockets(url):
    import websockets

    for compression in ("deflate", None):
        async with websockets.connect(url, compression=compression, max_size=None) as ws:
            for message in TEXTS + BLOBS:
                await ws.send(message)
                assert await ws.recv() == message
            await ws.send([b"in ", b"three ", b"pieces"])
            assert await ws.recv() == b"in three pieces"
            await (await ws.ping("p"))
        assert ws.close_code == 1000, ws.close_code


async def client_tornado(url):
    from tornado.websocket import websocket_connect

    for options in ({}, None):
        ws = await websocket_connect(url, compression_options=options)
        for message in TEXTS:
            await ws.write_message(message)
            assert await ws.read_message() == message
        for message in BLOBS:
            await ws.write_message(message, binary=True)
            assert await ws.read_message() == message
        ws.close(3000, "bye")
        assert await ws.read_message() is None


async def server_websockets():
    import websockets

    async def echo(ws, path=None):
        async for message in ws:
            await ws.send(message)

    async with websockets.serve(echo, "127.0.0.1", 0, max_size=None, subprotocols=["a"]) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


async def server_tornado():
    from tornado.httpserver import HTTPServer
    from tornado.netutil import bind_sockets
    from tornado.web import Application
    from tornado.websocket import WebSocketHandler

    class Echo(WebSocketHandler):
        def get_compression_options(self):
            return {}

        async def on_message(self, message):
            await self.write_message(message, binary=isinstance(message, bytes))

    sockets = bind_sockets(0, "127.0.0.1")
    HTTPServer(Application([("/", Echo)])).add_sockets(sockets)
    print(sockets[0].getsockname()[1], flush=True)
    await asyncio.Future()


role, library = sys.argv[1:3]
asyncio.run(globals()[f"{role}_{library}"](*sys.argv[3:]))
print("done")
