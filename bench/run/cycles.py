# SPDX-License-Identifier: MIT
"""Connect, send, receive, close against a socketserver that runs in a thread of this process.

usage: cycles.py COUNT fin|reset

The server is started once and kept. When every answer was right, prints the nanoseconds that all
cycles took together.
"""
import socket
import socketserver
import struct
import sys
import threading
import time


class Uppercase(socketserver.BaseRequestHandler):
    """Answers every chunk in upper case until the client ends the connection."""

    def handle(self):
        try:
            while data := self.request.recv(1024):
                self.request.sendall(data.upper())
        except ConnectionResetError:
            pass


def cycle(address, reset):
    with socket.create_connection(address) as client:
        client.sendall(b"hello")
        answer = client.recv(1024)
        if answer != b"HELLO":
            sys.exit(f"the answer was {answer!r}")
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def main():
    count = int(sys.argv[1])
    reset = sys.argv[2] == "reset"
    with socketserver.TCPServer(("127.0.0.1", 0), Uppercase) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        start_ns = time.perf_counter_ns()
        for _ in range(count):
            cycle(server.server_address, reset)
        print(time.perf_counter_ns() - start_ns, flush=True)
        server.shutdown()


main()
