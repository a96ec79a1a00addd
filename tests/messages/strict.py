"""Parses a message with Python's email package, every defect an error, and reads all of its headers and parts."""

import email
import email.policy
import sys

data = open(sys.argv[1], "rb").read()
assert b"\n" not in data.replace(b"\r\n", b""), "a bare LF"
message = email.message_from_bytes(data, policy=email.policy.strict)
for part in message.walk():
    assert not part.defects, part.defects
    for name, value in part.items():
        assert not value.defects, (name, value.defects)
        str(value)
    if not part.is_multipart():
        part.get_content()
assert message["From"].addresses and message["To"].addresses and message["Date"].datetime and message["Subject"]
assert message.get_body(("html",)) is not None and message.get_body(("plain",)) is not None
print("no defects:", message["Subject"])
