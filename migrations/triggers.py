"""`op.execute_on(dialect, statement)`, and triggers in what `flask db migrate` writes.

Alembic's comparison sees tables and indexes only; a new append-only table would be created
without the triggers that make it so.
"""

from typing import Any

from alembic.autogenerate import renderers
from alembic.operations import MigrateOperation, Operations, ops

from ce_bases.core.triggers import ATTACHED


@Operations.register_operation("execute_on")
class ExecuteOn(MigrateOperation):
    """A statement for one of the two engines."""

    def __init__(self, dialect: str, statement: str) -> None:
        self.dialect = dialect
        self.statement = statement

    @classmethod
    def execute_on(cls, operations: Operations, dialect: str, statement: str) -> None:
        operations.invoke(cls(dialect, statement))


@Operations.implementation_for(ExecuteOn)
def _execute_on(operations: Operations, operation: ExecuteOn) -> None:
    connection = operations.get_bind()
    if connection.dialect.name == operation.dialect:
        connection.exec_driver_sql(operation.statement.replace("%", "%%"))


@renderers.dispatch_for(ExecuteOn)
def _render(_context: Any, operation: ExecuteOn) -> str:
    return f"op.execute_on({operation.dialect!r}, {operation.statement!r})"


def add_triggers(_context: Any, _revision: Any, directives: list[ops.MigrationScript]) -> None:
    """Have a new revision make the triggers of the tables it makes, and drop their functions."""
    for script in directives:
        upgrade, downgrade = script.upgrade_ops, script.downgrade_ops
        if upgrade is None or downgrade is None:
            continue
        made = [o.table_name for o in upgrade.ops if isinstance(o, ops.CreateTableOp)]
        for table in made:
            for dialect, statement in ATTACHED.get(table, ()):
                upgrade.ops.append(ExecuteOn(dialect, statement))
                if statement.startswith("CREATE FUNCTION"):
                    name = statement.split("(")[0].removeprefix("CREATE FUNCTION ")
                    drop = ExecuteOn("postgresql", f"DROP FUNCTION {name}()")
                    downgrade.ops.append(drop)
