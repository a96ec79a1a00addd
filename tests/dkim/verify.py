"""Verifies every DKIM signature of a message with dkimpy. Arguments: the message's file, and one of lines "name text" that
stand in for DNS. Prints for each signature its domain, selector and whether it is good."""

import sys

import dkim

message = open(sys.argv[1], "rb").read()
records = dict(line.split(" ", 1) for line in open(sys.argv[2]).read().splitlines())


def txt(name, timeout=5):
    return records[name.decode().rstrip(".")].encode()


verifier = dkim.DKIM(message)
count = sum(name.lower() == b"dkim-signature" for name, _ in verifier.headers)
for index in range(count):
    verifier = dkim.DKIM(message)
    try:
        good = verifier.verify(idx=index, dnsfunc=txt)
    except dkim.ValidationError:
        good = False
    print(verifier.domain.decode(), verifier.selector.decode(), "good" if good else "bad")
