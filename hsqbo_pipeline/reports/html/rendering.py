"""How pages are made: our templates, how numbers and days are set in them, and putting a page in place."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.reports import words
from hsqbo_pipeline.reports.causes import in_words

if TYPE_CHECKING:
    import jinja2

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> jinja2.Environment:
    """The templates, with how numbers, days and our own sentences are set; everything else is escaped."""
    import jinja2

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_straight,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "money": words.money,
        "number": words.number,
        "day": words.day,
        "when": words.when,
        "commands": _commands,
    }
    made.globals |= {
        "since": words.since,
        "in_words": in_words,
        "object_names": words.OBJECTS,
        "state_names": words.STATES,
        "system_names": words.SYSTEMS,
        "owner_names": words.OWNERS,
    }
    return made


def _commands(text: str) -> Any:
    """A sentence of ours, its `commands` set as such; everything in it is escaped first."""
    from markupsafe import Markup, escape

    told = [escape(words.straight(part)) for part in text.split("`")]
    if len(told) % 2 == 0:
        return escape(words.straight(text))
    set_ = (Markup("<code>%s</code>") % part if at % 2 else part for at, part in enumerate(told))
    return Markup("").join(set_)


def _straight(value: Any) -> Any:
    """What stands in a sentence of ours must not turn it around; our own markup passes."""
    return words.straight(value) if type(value) is str else value


def put(path: Path, text: str) -> None:
    """Put a page in place in one step."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
