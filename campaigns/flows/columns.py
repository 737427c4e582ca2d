"""What the columns of a campaign's files are called, and which of a contact's times come after which."""

from collections.abc import Mapping

from campaigns.flows.fields import NAME, Field
from campaigns.flows.reader import Node

NEEDED = ("external_id", "phone", "language")
MORE_PHONES = ("phone_2", "phone_3")
CONSENT = ("consent_source", "consent_at")
OPTIONAL = ("time_zone", "not_before", "deadline", *MORE_PHONES, *CONSENT)
COLUMNS = (*NEEDED, *OPTIONAL)
"""Those that every campaign has, besides the name of the person."""
OF_REJECTS = ("line", "reason", "rejected", "unreadable")
"""What is written beside rejected rows: no column of a file can be called so."""
TIMES = ("date", "datetime")


def read_columns(node: Node, fields: Mapping[str, Field]) -> dict[str, str]:
    """Name in files (small letters) -> the name here, of `columns: {deadline: promised_by}`.

    Both names are taken; one that stands for another here no longer stands for itself.
    """
    node.what = "columns"
    ours = {*COLUMNS, NAME, *fields}
    found: dict[str, str] = {}
    for written, entry in node.entries().items():
        name, stands_for = " ".join(written.split()).lower(), entry.name()
        if stands_for and stands_for not in ours:
            entry.complain(f"{written} stands for {stands_for}, which is no field and no column of a contact")
        elif name == stands_for or name in OF_REJECTS or not name:
            entry.complain(f'no column needs or can have the name "{written}": leave it out')
        elif name in found:
            entry.complain(f"{written} stands here twice; small and capital letters are the same")
        elif stands_for:
            found[name] = stands_for
    _shadows(node, found, fields)
    return found


def _shadows(node: Node, columns: Mapping[str, str], fields: Mapping[str, Field]) -> None:
    """A column whose name is taken away and that has got no other can never be filled in."""
    for name in sorted(columns.keys() & {*NEEDED, *fields} - set(columns.values())):
        node.complain(
            f"{name} stands for {columns[name]}, and nothing stands for {name}: give it a name, too"
        )


def read_order(nodes: Mapping[str, Node], fields: Mapping[str, Field]) -> None:
    """Complains about an `after` that cannot be followed. nodes: those of the fields."""
    for name, field in fields.items():
        if not field.after:
            continue
        other = fields.get(field.after)
        if field.type not in TIMES or other is None or other.type not in TIMES or other is field:
            nodes[name].complain(
                f"{name} cannot be after {field.after}: both must be fields of the type date or datetime, "
                "and two of them"
            )
        elif other.after == name:
            nodes[name].complain(f"{name} is after {field.after}, which is after {name}: leave one out")


def read_after(node: Node, fields: Mapping[str, Field]) -> str:
    """The field of `after: promised_by` in the rules of calling; "" after a complaint."""
    name = node.name()
    if name and (name not in fields or fields[name].type not in TIMES):
        node.complain(f"after names {name}, which is no field of the type date or datetime")
        return ""
    return name
