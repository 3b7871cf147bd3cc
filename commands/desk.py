"""The command that serves the desk."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import click

from clock import read_clock
from commands.setting import example, find_paths, load_files, open_store


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8622, show_default=True, help="The port.")
@click.option(
    "--name", "names", multiple=True, metavar="NAME", help="A host name that browsers may ask for, besides."
)
@click.option("--proxied", is_flag=True, help="A proxy on this machine does TLS: cookies go over TLS only.")
@example("caibian serve --proxied --name desk.example.gov.cn")
def serve(host: str, port: int, names: tuple[str, ...], proxied: bool) -> None:
    """Serve the desk, where editors review in a browser, until it is told to end."""
    from processes import Processes
    from review.server import keep_index, make_server
    from standby import Standby
    from store.mirror import mirror_configuration

    paths = find_paths()
    sources, portal = load_files(paths)
    with open_store(paths) as database:
        with database.write() as connection:
            mirror_configuration(connection, sources, portal, read_clock())
        processes = Processes(os.environ, Path.cwd(), Standby())

        def hurry() -> None:
            """Do what is due in a process now; the minute's timer does it where this one dies."""
            threading.Thread(target=processes.run, args=(("jobs",),), daemon=True).start()

        server = make_server(
            database,
            portal,
            sources,
            paths.home,
            read_clock,
            host,
            port,
            names=names,
            proxied=proxied,
            hurry=hurry,
        )
        click.echo(f"the desk is on http://{host}:{server.effective_port}/ (Ctrl-C ends it)")
        with keep_index(database):
            server.run()
