# Clients that ask for something large and read nothing: `stalled_clients.py PORT COUNT PATH`.
# Says `port 0` when all have asked; ends when its input does. A small receive buffer keeps the kernel from taking it all.
import socket
import sys

port, count, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
clients = []
for _ in range(count):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    clients.append(client)
print("port 0", flush=True)
sys.stdin.read()
