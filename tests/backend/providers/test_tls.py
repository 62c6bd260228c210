"""Over TLS: whom we trust, and that pausing and closing work there too."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from backend.providers.engine import ProviderClient
from backend.providers.errors import ConnectFailed
from tests.backend.providers.loopback import (
    AT_ONCE,
    CALL,
    DONE,
    EVENT_STREAM,
    KEY,
    LAST,
    STOP,
    Asked,
    Connection,
    chunk,
    once,
    say,
    serving,
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that it signed itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


async def test_an_unknown_authority_is_refused_before_the_key_is_sent(client, server_side):
    asked: list[Asked] = []

    async def script(connection: Connection) -> None:
        asked.append(await connection.request())

    async with serving(script, server_side) as target:
        with pytest.raises(ConnectFailed) as caught:
            await client.complete(target, CALL)
    assert asked == []
    assert "certificate" in caught.value.reason.lower()
    assert KEY not in caught.value.reason


async def test_a_certificate_of_another_name_is_refused(server_side, trusting):
    async with ProviderClient(tls=trusting) as client, serving(once(), server_side) as target:
        elsewhere = target.base_url.replace("127.0.0.1", "localhost")
        with pytest.raises(ConnectFailed):
            await client.complete(replace(target, base_url=elsewhere), CALL)


async def test_a_stream_is_read_in_batches(server_side, trusting):
    pace, go_on = 0.2, asyncio.Event()

    async def script(connection: Connection) -> None:
        for _ in range(2):
            await connection.request()
            await connection.send(EVENT_STREAM, chunk(say("first")))
            await go_on.wait()
            for number in range(20):
                await connection.send(chunk(say(f",{number}")))
            await asyncio.sleep(3 * pace)
            await connection.send(chunk(STOP + DONE) + LAST)

    loop = asyncio.get_running_loop()
    async with (
        ProviderClient(pace=pace, tls=trusting) as client,
        serving(script, server_side) as target,
    ):
        for _ in range(2):
            stream = await client.open_stream(target, CALL)
            assert (await stream.read()).text == "first"
            began = loop.time()
            go_on.set()
            piece = await stream.read()
            go_on.clear()
            assert loop.time() - began >= pace - 0.01
            assert piece.text == "".join(f",{number}" for number in range(20))
            while not (await stream.read()).done:
                pass
            await stream.aclose()


async def test_closing_a_stream_does_not_wait_for_the_other_sides_farewell(server_side, trusting):
    left = asyncio.get_running_loop().create_future()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(EVENT_STREAM + chunk(say("a")))
        left.set_result(await connection.left())

    async with ProviderClient(tls=trusting) as client, serving(script, server_side) as target:
        stream = await client.open_stream(target, CALL)
        await stream.read()
        began = asyncio.get_running_loop().time()
        await stream.aclose()
        assert await asyncio.wait_for(left, 5) - began < AT_ONCE
