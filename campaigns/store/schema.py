"""Which revisions of the schema there are; known without alembic, which takes long to import."""

from pathlib import Path

MIGRATIONS = Path(__file__).parent.parent / "migrations"
HEAD = "0006"  # of the models as they are now; a test holds it against alembic's own


def known_revisions() -> frozenset[str]:
    """The revisions that this version can upgrade from; each file of a migration begins with its own."""
    return frozenset(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
