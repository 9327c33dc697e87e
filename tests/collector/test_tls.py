"""HTTPS by the collector itself, on a real socket."""

import httpx2
import pytest

from graphsignal_mw.errors import ConfigError
from graphsignal_mw.server import ServerSettings, serve

from .service import TLS, Service, upload

CERT, KEY = TLS / "cert.pem", TLS / "key.pem"


def test_uploads_and_sign_in_over_https(tmp_path):
    service = Service(tmp_path / "data", "--tls-cert", str(CERT), "--tls-key", str(KEY))
    try:
        assert service.url.startswith("https://127.0.0.1:")
        assert service.send(upload(1)).json() == {"accepted": True, "duplicate": False}
        with pytest.raises(httpx2.TransportError):
            httpx2.get(service.url.replace("https", "http"), trust_env=False)
    finally:
        assert service.stop() == 0
    admin = next(line.split()[-1] for line in service.said if "Admin" in line)
    again = Service(service.folder, "--tls-cert", str(CERT), "--tls-key", str(KEY))
    try:
        answer = again.client.post("/sign-in", data={"key": admin}, headers={"Origin": again.url})
        assert "; Secure" in answer.headers["set-cookie"]
        assert again.client.get("/keys").status_code == 200
    finally:
        again.stop()


@pytest.mark.parametrize(
    ("cert", "key", "said"),
    [
        (CERT, None, "tls_key: None; expected a PEM file, with tls_cert"),
        (None, KEY, "tls_cert: None; expected a PEM file, with tls_key"),
        (CERT, TLS / "none.pem", "none.pem'); expected a PEM file"),
        (KEY, CERT, "expected a certificate and its key, in PEM without a password"),
        (CERT, CERT, "expected a certificate and its key, in PEM without a password"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_said_at_start(tmp_path, cert, key, said):
    with pytest.raises(ConfigError) as raised:
        serve(ServerSettings(port=0, data_dir=tmp_path / "data", tls_cert=cert, tls_key=key))
    assert said in str(raised.value)
    assert not (tmp_path / "data").exists()
