"""How a page is made: a template of this room, filled in; it needs no network."""

from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

_TEMPLATES = Environment(
    loader=PackageLoader("campaigns.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, made_at: datetime, **values: Any) -> str:
    """The HTML of a template with these values."""
    made = made_at.isoformat(timespec="minutes")
    return _TEMPLATES.get_template(template).render(made_at=made, **values)
