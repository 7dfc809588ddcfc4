"""What the laptop has done by the time that it is there."""

from pathlib import Path

from chalice.app import Chalice

from infra.local.laptop import Engine
from infra.local.project import Project
from tests.laptops import Laptops
from tests.local import toy


def steps_alone() -> Chalice:
    app = Chalice(app_name="toy")
    app.register_blueprint(toy.steps)
    return app


def test_what_the_template_schedules_has_run_once(engine: Engine, laptops: Laptops, tmp_path: Path) -> None:
    laptops.stop()
    toy.struck.clear()
    project = Project(app=steps_alone, document={"Resources": {"Hourly": toy.HOURLY}}, machines=tmp_path)
    laptop = laptops.running(engine, "toy with a schedule alone", lambda: project)
    laptop.start_afresh()
    assert toy.struck == [{"by": "the clock"}]
