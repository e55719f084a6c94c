# Sends messages to an echo with Python's websockets, with several offers of permessage-deflate, and
# compares what comes back: python3 deflate.py ws://127.0.0.1:8080/v1/echo
import asyncio, sys, websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory as Deflate

json = "".join(f'{{"id":{i * 2654435761}}},' for i in range(3000))
messages = ["", "Hello", json[:1023], json[:1024], json, json[:2000] + " \U0001f3f8", json.encode()]
offers = {
    "standard": {},  # both windows of 12
    "none": {"compression": None},
    "bare": {"extensions": [Deflate(client_max_window_bits=None)]},
    "small windows": {"extensions": [Deflate(server_max_window_bits=9, client_max_window_bits=9)]},
    "no takeover": {"extensions": [Deflate(server_no_context_takeover=True, client_no_context_takeover=True)]},
    "large window": {"extensions": [Deflate(server_max_window_bits=15, client_max_window_bits=True)]},
    "several": {"extensions": [Deflate(server_max_window_bits=8), Deflate(server_max_window_bits=10)]},
}

async def check(url, name, options):
    async with websockets.connect(url, max_size=2**22, **options) as socket:
        assert bool(socket.extensions) == (name != "none"), (name, socket.extensions)
        for message in messages:
            await socket.send(message)
            assert await socket.recv() == message, name
        await socket.send([json[:100], "", json[100:]])  # in fragments, with an empty last one
        assert await socket.recv() == json, name
        await (await socket.ping("p"))
    assert socket.close_code == 1000, (name, socket.close_code)
    print(f"{name}: ok")

async def check_all(url):
    for name, options in offers.items():
        await check(url, name, options)

asyncio.run(check_all(sys.argv[1]))
