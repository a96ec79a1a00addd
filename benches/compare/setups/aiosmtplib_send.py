"""Arguments: port, messages, connections, bytes of the HTML part."""

import asyncio
import sys
from email.message import EmailMessage

import aiosmtplib

port, messages, connections, size = map(int, sys.argv[1:])
line = "harbour tide quay lantern ferry gull mooring chart swell anchor rope salt\n"
html = line * (size // len(line) + 1)
numbers = iter(range(messages))


async def work():
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
        for number in numbers:
            message = EmailMessage()
            message["From"] = "news@example.org"
            message["To"] = f"person{number}@example.net"
            message["Subject"] = "A long one"
            message.set_content(f"<p>Dear Person {number},</p>{html}", subtype="html")
            await client.send_message(message)


async def main():
    await asyncio.gather(*(work() for _ in range(connections)))


asyncio.run(main())
