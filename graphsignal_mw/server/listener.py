"""The socket that the collector listens on, and its certificate."""

import socket
import ssl

from graphsignal_mw.errors import ConfigError
from graphsignal_mw.server.settings import ServerSettings


def listen(settings: ServerSettings) -> socket.socket:
    """Return a socket bound to host and port, or raise ConfigError."""
    try:
        return _bound(settings.host, settings.port)
    except OSError as error:
        where = f"host, port: {settings.host}:{settings.port}; {error.strerror}"
        raise ConfigError([f"{where}; expected an address of this machine and a free port"]) from None


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


def check_certificate(settings: ServerSettings) -> None:
    """Raise ConfigError where the certificate or its key cannot be used; nothing of the key is said."""
    if settings.tls_cert is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # An empty password: nobody can be asked for one.
        context.load_cert_chain(settings.tls_cert, settings.tls_key, password=lambda: "")
    except (OSError, ValueError) as error:
        where = f"tls_cert, tls_key: {settings.tls_cert}, {settings.tls_key}; {type(error).__name__}"
        raise ConfigError([f"{where}; expected a certificate and its key, in PEM without a password"]) from None
