# usage: keep_alive.py PORT
#
# Posts bodies that the server does not read, and sends another request behind each, on the same
# connection unless the response says that it closes. Ends with 1 if one of these is lost.
import http.client
import sys

for kib, chunked in (60, True), (70, True), (2048, True), (60, False), (2048, False):
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=20)
    body = (b"a" * 1024 for _ in range(kib)) if chunked else b"a" * (kib * 1024)
    connection.request("POST", "/ping", body, encode_chunked=chunked)
    response = connection.getresponse()
    response.read()
    try:
        connection.request("GET", "/ping")
        status = connection.getresponse().status
    except (http.client.HTTPException, OSError) as error:
        status = type(error).__name__
    if (response.status, status) != (405, 200):
        sys.exit(f"{kib} KiB, chunked: {chunked}: {response.status}, then {status}")
