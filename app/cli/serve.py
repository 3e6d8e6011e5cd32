"""`cardlet serve`: the web app, behind a production WSGI server."""

import errno
import gc
import logging
import signal
import socket
import sys
from types import FrameType

import click
from waitress.server import create_server

from app.accounts import make_link
from app.accounts.people import is_anybody_here
from app.checkpoints import checkpoints_aside
from app.cli.group import cardlet, ready_app
from app.clock import now
from app.config import read_settings
from app.database import writing

LARGEST_HEADER = 64 * 2**10
ROOM_TO_REFUSE = 256 * 2**20
"""The server itself cuts off what is far too large; what is a little too large reaches a page that explains."""
TURN = 0.001
"""Seconds a thread may go on while others wait for their turn. An answer asks the database a dozen times and loses its
turn each time; with five milliseconds each, it would take six times as long while somebody's upload is being read."""
AT_ONCE = 1
"""Bytes from which on the server sends what a page has said so far: an import tells how it gets on line by line."""


@cardlet.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes any free one.")
@click.pass_context
def serve(ctx: click.Context, host: str | None, port: int | None) -> None:
    """Start Cardlet."""
    settings = read_settings()
    host = host or settings["HOST"]
    port = settings["PORT"] if port is None else port
    with _listen(host, port) as listener, ready_app(ctx.obj, with_pages=True) as app:
        server = create_server(
            app,
            sockets=[listener],
            threads=settings["THREADS"],
            max_request_body_size=settings["MAX_UPLOAD_MB"] * 2**20 + ROOM_TO_REFUSE,
            max_request_header_size=LARGEST_HEADER,
            send_bytes=AT_ONCE,
            ident=None,
            clear_untrusted_proxy_headers=False,
        )
        sys.setswitchinterval(TURN)
        # What was made until now stays to the end: nobody need look through it again for what refers to itself.
        gc.freeze()
        signal.signal(signal.SIGTERM, _stop)
        # It would warn of every request that waits for a moment.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        click.echo(f"Cardlet is running on {_address(listener)} (stop it with Ctrl+C)")
        _offer_administration(_address(listener))
        sys.stdout.flush()
        try:
            with checkpoints_aside(app.extensions["engine"]):
                server.run()
        except KeyboardInterrupt:
            pass
        finally:
            server.close()


def _offer_administration(address: str) -> None:
    """On a server where nobody has a name yet, shows the link by which whoever started it can administer it."""
    with writing() as session:
        code = None if is_anybody_here(session) else make_link(session, "admin", now())
    if code is not None:
        click.echo(f"To administer it in the browser, open once: {address}/join/{code}")


def _listen(host: str, port: int) -> socket.socket:
    """The listening socket, opened before anything else so that a port in use is known at once."""
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if listener is not None:
            listener.close()
        if error.errno == errno.EADDRINUSE:
            advice = f"Port {port} is in use. Choose another: make run PORT={port + 1}"
        else:
            advice = f"Cannot listen on {host}, port {port}: {error.strerror or error}"
        raise click.ClickException(advice) from None
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
