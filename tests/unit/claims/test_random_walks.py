"""Random walks of the right and the wrong people over claims and ledger: nothing ever breaks."""

from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from ce_bases.claims.workflow import ClaimAction
from tests.factories.world import World
from tests.unit.claims.claim_walk import Walk
from tests.unit.claims.hours_walk import HoursWalk


def walk(machine: type[Walk], world: World, folder: Path, *, walks: int, steps: int) -> None:
    machine.world, machine.folder, machine.done = world, folder, Counter()
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


# The walks must go somewhere: a machine in which everything is refused proves nothing.


def test_random_walks(world: World, tmp_path: Path) -> None:
    walk(Walk, world, tmp_path, walks=25, steps=40)

    for action in (ClaimAction.SEND, ClaimAction.CONFIRM, ClaimAction.CREDIT):
        assert Walk.done[action] >= 8, Walk.done
    for action in (ClaimAction.RETURN, ClaimAction.TAKE_BACK, ClaimAction.WITHDRAW):
        assert Walk.done[action] >= 1, Walk.done


def test_random_walks_with_classes_objections_and_corrections(world: World, tmp_path: Path) -> None:
    walk(HoursWalk, world, tmp_path, walks=24, steps=50)

    for action in ("confirm_class", "object", "answer", "correct", "reverse", "uphold"):
        assert HoursWalk.done[action] >= 4, HoursWalk.done
    for action in (ClaimAction.SEND, ClaimAction.CONFIRM, ClaimAction.CREDIT):
        assert HoursWalk.done[action] >= 8, HoursWalk.done
