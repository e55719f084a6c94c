import asyncio, json, os, random, websockets

url, channels = os.environ.get("COURTSIDE_URL", "ws://127.0.0.1:8080/v1/ws"), ["user:42"]
after, wait = None, 0.5                # the position to go on from; the longest pause, in seconds
show = lambda *words: print(*words, flush=True)
handle = lambda event: show(event["sequence"], event["type"])

async def token():                     # with access control: fetch one from your backend
    return os.environ.get("COURTSIDE_TOKEN")

async def session(socket):
    global after, wait
    send = lambda **message: socket.send(json.dumps(message))
    heartbeat, live = 25, False
    await send(type="hello", token=await token())
    while True:
        message = json.loads(await asyncio.wait_for(socket.recv(), 2 * heartbeat))
        word, start = message["type"], {"from": {"after": after} if after else "now"}
        heartbeat = message.get("heartbeat", heartbeat * 1000) / 1000
        if word == "welcome": await send(type="subscribe", id=1, sub=1, channels=channels, **start)
        if word == "expiring": await send(type="refresh", id=2, token=await token())
        if word in ("live", "behind"): live = word == "live"
        if word == "live": show("live")
        if word == "gap": show("gap", message["from"], message["to"])               # read the state anew
        if word in ("error", "unsubscribed"): show(word, message["code"], message.get("message"))
        if word == "error" and message["retryable"]: return
        if word == "event": handle(message["event"])
        if word == "subscribed": after, wait = message["after"], 0.5                # also if no event ever comes
        if word == "gap": after = message["to"]
        if word == "event" or (live and word in ("live", "progress")): after = message["position"]

async def follow():
    global wait
    options = {"subprotocols": ["courtside.v1.json"], "ping_interval": None, "close_timeout": 0.1}
    while True:                        # the library answers the server's pings; session() notices silence
        try:
            async with websockets.connect(url, **options) as socket: await session(socket)
        except websockets.ConnectionClosed as closed:
            if closed.code >= 4400 and closed.code not in (4401, 4408, 4429):
                return show("refused", closed.code, closed.reason)
        except (OSError, websockets.WebSocketException): pass                       # also a timeout
        await asyncio.sleep(wait * random.random())                                 # back-off with full jitter
        wait = min(2 * wait, 30)

asyncio.run(follow())
