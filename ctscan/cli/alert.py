"""`ctscan alert`: channels of alerts are tested, and what waits for them is sent and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import ctscan.app as app
from ctscan.cli import options
from ctscan.cli.program import SETTINGS, Group, command
from ctscan.config import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctscan.config import Config


@click.group(
    "alert",
    cls=Group,
    exits={0: "", 1: "a channel failed, or an alert was given up", 2: ""},
    example="ctscan alert test\nctscan alert send\nctscan alert pending",
    context_settings=SETTINGS,
)
def COMMAND() -> None:  # noqa: N802 - the name by which the program finds it
    """Test the channels of alerts, send what is due, and show what waits.

    Every scan sends at its end, and while it follows; these commands do it by hand or from cron. 'ctscan watch' says
    what alerts are about, [alerts] in ctscan.toml where they go.
    """


@command(
    "test",
    exits={
        0: "every channel took the test",
        1: "a channel failed",
        2: "no channel is configured, or none has this name, or a key of one is wrong",
    },
    example="ctscan alert test\nctscan alert test security-team",
)
@click.argument("names", metavar="[CHANNEL]...", nargs=-1)
@options.language()
@options.on_index("table", "json")
def test(names: tuple[str, ...], verbose: int, **given: Any) -> int:
    """Send a test to channels, at once and whatever the hour: to those named, else to all.

    The test is about nobody. Channels without confirmation (syslog, above all by UDP) can only be proven at their end.
    """
    from ctscan.cli.process import account, run
    from ctscan.views.alerts import alert_lines
    from ctscan.views.text import texts

    config = load_settings(**given)
    results = run(app.try_channels(config, names, who=account()))
    shapes = [alert_lines.result_shape(result) for result in results]
    _print(config, shapes, alert_lines.tried_lines(results, texts(config.lang)))
    return int(any(result.is_failed for result in results))


@command(
    "send",
    exits={
        0: "all that is due was sent",
        1: "a channel failed, and will be tried again, or an alert was given up",
        2: "",
    },
    example="ctscan alert send\nctscan alert send --retry-dead",
)
@click.option("--retry-dead", is_flag=True, help="Also begin again with alerts that were given up, under their ids.")
@options.language()
@options.on_index("table", "json")
def send(retry_dead: bool, verbose: int, **given: Any) -> int:
    """Check the watches, and send the alerts that are due. Quiet hours, digests and rates hold here as well."""
    from ctscan.cli.process import account, run, stop_on_signal
    from ctscan.views.alerts import alert_lines
    from ctscan.views.text import texts

    config = load_settings(**given)

    async def work() -> list[Any]:
        with stop_on_signal() as stop:
            return await app.send_alerts(config, who=account(), command="alert send", retry_dead=retry_dead, stop=stop)

    results = run(work())
    shapes = [alert_lines.result_shape(result) for result in results]
    _print(config, shapes, alert_lines.sent_lines(results, texts(config.lang), is_whole=True))
    return int(any(result.is_failed for result in results))


@command(
    "pending",
    exits={0: "no channel fails, and nothing was given up", 1: "a channel fails, or alerts were given up", 2: ""},
    example="ctscan alert pending\nctscan alert pending --format json",
)
@options.language()
@options.on_index("table", "json")
def pending(verbose: int, **given: Any) -> int:
    """Show of each channel what waits, what was given up and why, and the next try. Nothing is sent."""
    from ctscan.cli.process import run
    from ctscan.views.alerts import alert_lines
    from ctscan.views.text import texts

    config = load_settings(**given)
    queues, configured = run(app.pending_alerts(config))
    shapes = [alert_lines.queue_shape(queue, configured) for queue in queues]
    _print(config, shapes, alert_lines.queue_lines(queues, configured, texts(config.lang)))
    return int(any(queue.dead or queue.failing_since for queue in queues))


def _print(config: Config, shapes: object, lines: Iterable[tuple[str, str]]) -> None:
    if config.format == "json":
        from ctscan.cli.output import print_json

        print_json(shapes)
        return
    from ctscan.views import tables

    out = tables.console()
    for line, colour in lines:
        tables.say(out, line, colour)


for _command in (test, send, pending):
    COMMAND.add_command(_command)
