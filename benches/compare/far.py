"""A server that is far away: passes bytes between a port and another one, each a time later than they came.

Kernels without a delaying queue discipline (netem) have nothing else. Import it, and run `far(port, seconds)`.
"""

import asyncio
import multiprocessing
import socket

# More than a connection has under way, so that the delay and not this buffer is what holds it up.
CHUNK = 256 * 1024


async def carry(reader, writer, delay):
    """Writes what is read, so much later, in its order."""
    loop = asyncio.get_running_loop()
    queue = asyncio.Queue()

    async def read():
        while data := await reader.read(CHUNK):
            queue.put_nowait((loop.time() + delay, data))
        queue.put_nowait((loop.time() + delay, b""))

    reading = asyncio.create_task(read())
    try:
        while True:
            due, data = await queue.get()
            await asyncio.sleep(max(0, due - loop.time()))
            if not data:
                break
            writer.write(data)
    except ConnectionError:
        pass
    finally:
        reading.cancel()
        writer.close()


async def serve(listener, port, delay):
    async def connect(reader, writer):
        # The handshake takes a round trip, too.
        await asyncio.sleep(2 * delay)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, far_writer, delay), carry(far_reader, writer, delay), return_exceptions=True)

    async with await asyncio.start_server(connect, sock=listener, limit=CHUNK) as server:
        await server.serve_forever()


def run(listener, port, delay):
    asyncio.run(serve(listener, port, delay))


def far(port, round_trip):
    """Starts it before the server at `port`; gives the process and its own port. `round_trip` in seconds."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    process = multiprocessing.Process(target=run, args=(listener, port, round_trip / 2), daemon=True)
    process.start()
    near = listener.getsockname()[1]
    listener.close()
    return process, near
