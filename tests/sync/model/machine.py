"""The state machine: tablets, office, links and disasters in any order, then a fault-free window in which all must agree."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.sync.model import acts, invariants, office, papers, sticking
from tests.sync.model.driver import Driver
from tests.sync.model.invariant_of_marks import marks_once
from tests.sync.model.invariants import Watch
from tests.sync.model.laws import LawfulDriver
from tests.sync.model.scene import Scene
from tests.sync.model.tablet import MAX_TRIES, Tablet

LINKS = ("ok", "ok", "ok", "ok", "lost_request", "lost_answer", "lost_answer", "doubled", "crash", "old_protocol")
MOST_TABLETS = 7
who = st.integers(0, MOST_TABLETS - 1)
small = st.integers(0, 15)
a_number = st.integers(0, 7)


class Model(RuleBasedStateMachine):
    """One model, two drivers: subclasses say which server stands behind it."""

    DRIVER: ClassVar[Any] = LawfulDriver
    LOOKS_EVERY: ClassVar[int] = 1
    """Steps between two looks at the whole server: a database takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.driver: Driver = type(self).DRIVER()
        self.scene = Scene(self.driver)
        self.watch = Watch()
        self.copies: list[Tablet] = []
        self.has_backup = False
        self.steps = 0

    # -- what happens

    @initialize(tablets=st.integers(2, 4))
    def opens(self, tablets: int) -> None:
        self.scene.open(tablets)
        for tablet in self.scene.tablets:
            self._pull(tablet)

    def tablet(self, place: int) -> Tablet:
        """One of the tablets."""
        return self.scene.tablets[place % len(self.scene.tablets)]

    @rule(place=who, act=st.sampled_from(acts.ACTS), a=small, b=a_number)
    def writes(self, place: int, act: acts.Act, a: int, b: int) -> None:
        act(self.scene, self.tablet(place), a, b)

    @rule(place=who, link=st.sampled_from(LINKS), limit=st.sampled_from([500, 500, 1, 2]), statement=st.integers(1, 30))
    def delivers(self, place: int, link: str, limit: int, statement: int) -> None:
        self.tablet(place).deliver(link, limit, statement)

    @rule(place=who, limit=st.sampled_from([500, 500, 1, 3]))
    def pulls(self, place: int, limit: int) -> None:
        self._pull(self.tablet(place), limit)

    @rule(place=who)
    def uploads(self, place: int) -> None:
        self.tablet(place).upload()

    @rule(place=who, late=small)
    def an_old_request_comes_late(self, place: int, late: int) -> None:
        self.tablet(place).echo(late)

    @rule(act=st.sampled_from(office.ACTS), a=small, b=a_number)
    def the_office(self, act: office.Act, a: int, b: int) -> None:
        act(self.scene, a, b)

    @rule(place=who, clock=st.integers(0, 3))
    def a_clock_goes_wrong(self, place: int, clock: int) -> None:
        self.tablet(place).clock = clock

    @rule(place=who, back=st.booleans())
    def numbers(self, place: int, back: bool) -> None:
        tablet = self.tablet(place)
        if back:
            tablet.return_numbers()
        else:
            tablet.ask_numbers(2)

    @precondition(lambda self: len(self.copies) < 2)
    @rule(place=who)
    def a_tablet_is_copied(self, place: int) -> None:
        self.copies.append(self.tablet(place).clone())

    @precondition(lambda self: self.copies and len(self.scene.tablets) < MOST_TABLETS)
    @rule()
    def an_old_copy_wakes_up(self) -> None:
        self.scene.tablets.append(self.copies.pop(0))

    @rule()
    def the_server_is_backed_up(self) -> None:
        self.driver.backup()
        self.has_backup = True
        picture = self.driver.picture()
        durable = {scope: seq for scope, (seq, _) in picture.heads.items()}
        for tablet in [*self.scene.tablets, *self.copies]:
            tablet.forget_durable(picture.epoch, durable)

    @precondition(lambda self: self.has_backup)
    @rule()
    def the_server_is_restored(self) -> None:
        self.driver.restore()
        self.scene.remember_office()

    # -- what happens often enough together to find what random steps do not (protocol, last section)

    @rule(
        place=who,
        other=who,
        a=small,
        b=st.sampled_from([1, 2, 3]),
        link=st.sampled_from(["ok", "lost_answer", "crash"]),
    )
    def a_site_moves_or_goes(self, place: int, other: int, a: int, b: int, link: str) -> None:
        """Create, push, all pull, move or delete, pull."""
        acts.found_site(self.scene, self.tablet(place), a, b)
        self.tablet(place).deliver()
        self._all_pull()
        acts.amend_site(self.scene, self.tablet(other), -1, b)
        acts.amend_site(self.scene, self.tablet(place), -1, 1 + b % 3)
        self.tablet(other).deliver(link, statement=1 + 2 * a)
        self.tablet(place).deliver()
        self._all_pull()

    @rule(place=who, other=who, a=small, b=a_number)
    def two_answer_one_item(self, place: int, other: int, a: int, b: int) -> None:
        """Both record, both send, both see the conflict, both settle it."""
        pair = self.tablet(place), self.tablet(other)
        for n, tablet in enumerate(pair):
            acts.answer(self.scene, tablet, a, b % 4 + 4 * n)
            acts.amend_answer(self.scene, tablet, a, 1 + n)
        for tablet in pair:
            tablet.deliver()
        self._all_pull()
        for tablet in pair:
            acts.settle(self.scene, tablet, a, b)
            tablet.deliver()

    @rule(place=who, other=who, a=small, b=a_number)
    def minutes_are_issued_meanwhile(self, place: int, other: int, a: int, b: int) -> None:
        """An answer, its minutes, and a colleague's edit that comes after them."""
        leading = [
            t for t in self.scene.tablets if "leader" in {team.get(t.user_id) for team in self.scene.teams.values()}
        ]
        leader, colleague = leading[place % len(leading)], self.tablet(other)
        acts.answer(self.scene, leader, a, b)
        leader.deliver()
        self._pull(leader)
        self._pull(colleague)
        papers.issue(self.scene, leader, a, b if b > 5 else 1 + b % 2)
        leader.deliver()
        acts.amend_answer(self.scene, colleague, a, 1)
        colleague.deliver()

    @rule(place=who, other=who, a=small, b=a_number, link=st.sampled_from(["ok", "lost_answer", "doubled", "crash"]))
    def two_stick_one_serial(self, place: int, other: int, a: int, b: int, link: str) -> None:
        """One sticks the next of its roll, a colleague types the same serial by mistake, with an id of its own at times."""
        one, colleague = self.tablet(place), self.tablet(other)
        serial = f"T{one.next_sticker:03d}"
        sticking.stick(self.scene, one, a, b)
        id = self.scene.shared.new_id() if b == 3 else None
        sticking.use(self.scene, colleague, sticking.site_of(self.scene, colleague, a), serial, b + 1, id=id)
        for tablet in (one, colleague) if a % 2 else (colleague, one):
            tablet.deliver(link, statement=1 + a)

    @rule(place=who, a=small, b=a_number)
    def a_group_is_sent(self, place: int, a: int, b: int) -> None:
        """Two operations that belong together; one of them is impossible half the time."""
        acts.grouped(self.scene, self.tablet(place), a, b)
        self.tablet(place).deliver()

    @rule(place=who, a=small, b=a_number)
    def a_photo_before_its_bytes(self, place: int, a: int, b: int) -> None:
        """The record goes at once, the bytes when there is a better link: not complete in between."""
        acts.photograph(self.scene, self.tablet(place), a, b)
        self.tablet(place).deliver()
        self.always()
        self.tablet(place).upload()

    @rule(place=who, other=who, a=small, b=a_number)
    def work_after_a_backup_is_lost(self, place: int, other: int, a: int, b: int) -> None:
        """Backed up, answered and acknowledged, restored: the tablets have to bring it all again."""
        self.the_server_is_backed_up()
        for tablet in (self.tablet(place), self.tablet(other)):
            acts.answer(self.scene, tablet, a, b)
            tablet.deliver()
        self.the_server_is_restored()

    @rule(place=who, other=who, a=small, b=a_number)
    def a_lost_tablet_delivers_its_queue(self, place: int, other: int, a: int, b: int) -> None:
        """A visit planned on one tablet, answered on another before it comes; the first is revoked, then both released."""
        acts.plan_visit(self.scene, self.tablet(place), a, b)
        acts.orphan(self.scene, self.tablet(other), -1, b)
        self.tablet(other).deliver()
        office.revoke(self.scene, place, 3)
        self.tablet(place).deliver()
        office.release(self.scene, a, b)

    # -- what must hold

    @invariant()
    def now_and_then(self) -> None:
        self.steps += 1
        if self.steps % self.LOOKS_EVERY == 0:
            self.always()

    def always(self) -> None:
        """What must hold at any moment."""
        picture = self.driver.picture()
        if not picture.documents:
            return
        raws = self.scene.shared.by_digest
        self.watch.begin(picture.epoch)
        invariants.i5_monotone(picture)
        invariants.i12_frozen(picture, self.watch, raws)
        invariants.i13_photos(picture)
        invariants.deleted_stay_deleted(picture, self.watch)
        invariants.numbers_once(picture)
        marks_once(picture, self.scene.shared.written)

    def teardown(self) -> None:
        """Give everyone a fault-free window and compare; not after a failure, which it would hide."""
        try:
            if sys.exc_info()[0] is None and self.scene.tablets:
                self.the_end()
        finally:
            self.close()

    def close(self) -> None:
        """Leave nothing behind."""

    def the_end(self) -> None:
        """Everything is delivered; all invariants, those for the end too."""
        everyone = self.scene.tablets = [*self.scene.tablets, *self.copies]
        for _ in range(MAX_TRIES):
            for tablet in everyone:
                tablet.greet()
                tablet.deliver()
                tablet.upload()
        self._all_pull()
        picture, raws = self.driver.picture(), self.scene.shared.by_digest
        invariants.i15_progress(self.scene, picture, raws)
        invariants.i2_nothing_lost(self.scene, picture)
        invariants.i3_exactly_once(picture)
        invariants.i10_crash(picture)
        invariants.i7_conflicts_visible(picture, raws)
        invariants.i1_convergence(self.scene, picture)
        invariants.i11_chain(picture, flip=len(raws) * 7)
        trusted = [t for t in everyone if not t.is_revoked and t.device_id not in self.scene.revoked]
        files = {id: sha256 for tablet in trusted for id, (sha256, _) in tablet.files.items()}
        invariants.i13_photos(picture, delivered=files)
        invariants.groups_whole(self.scene, picture)
        invariants.papers_genuine(self.scene, picture)
        invariants.revoked_in_quarantine(self.scene, picture)
        self.always()

    def _pull(self, tablet: Tablet, limit: int = 500) -> None:
        tablet.pull(limit, lambda one, page: invariants.i8_privacy(self.scene, one, page))

    def _all_pull(self) -> None:
        for tablet in self.scene.tablets:
            self._pull(tablet)


def run_settings(examples: int, steps: int, *, find_only: bool = False) -> settings:
    """Settings of a run that always draws the same examples; `find_only`: stop at the first failure, shrink nothing."""
    if find_only:
        return settings(max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, database=None,
                        phases=[Phase.generate], report_multiple_bugs=False, verbosity=Verbosity.quiet,
                        suppress_health_check=list(HealthCheck))  # fmt: skip
    return settings(max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, database=None,
                    print_blob=True, suppress_health_check=list(HealthCheck))  # fmt: skip
