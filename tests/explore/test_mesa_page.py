"""The example of docs/mesa-page.md, rendered and stepped under Mesa's own page, and in a real Chromium."""

import re
import shlex
import socket
import time
from pathlib import Path

import pytest
from support.pages import served

from sim.rules.choice import ACTIONS

pytest.importorskip("solara", reason="Mesa's page needs Solara")
pytest.importorskip("altair", reason="Mesa's page needs Altair")
pytest.importorskip("matplotlib", reason="Mesa's page needs Matplotlib")

DOCUMENT = Path(__file__).parents[2] / "docs" / "mesa-page.md"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


def example():
    """What the document's code defines."""
    (code,), names = blocks("python"), {}
    exec(compile(code, DOCUMENT.name, "exec"), names)
    return names


@pytest.mark.filterwarnings("ignore")  # of Mesa, Solara and Altair among themselves
def test_the_example_renders_and_steps():
    import ipyvuetify
    import solara

    names = example()
    model = solara.reactive(names["Vote"]())
    kept = names["page"].kwargs
    page = names["SolaraViz"](model, components=kept["components"], model_params=names["levers"], name=kept["name"])
    _, rendered = solara.render(solara.AppLayout(children=[page]), handle_error=False)
    sliders = rendered.find(ipyvuetify.Slider).widgets
    assert {"replicate", "the target's threat", "enforcement"} <= {slider.label for slider in sliders}
    buttons = {button.children[0]: button for button in rendered.find(ipyvuetify.Btn).widgets if button.children}
    before = model.value.round
    buttons["Step"].click()
    assert model.value.round == before + 1
    assert sum(model.value.tally()) == 193
    threat = next(slider for slider in sliders if slider.label == "the target's threat")
    threat.v_model = 2.0
    buttons["Reset"].click()
    assert model.value.spec.vote[0].target_threat == 2.0
    rendered.close()


@pytest.fixture
def address(tmp_path):
    """The page, run by the command that the document gives, on a free port."""
    (code,), (command,) = blocks("python"), blocks("text")
    (tmp_path / "page.py").write_text(code, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variable, _, *arguments = shlex.split(command)
    name, value = variable.split("=")
    arguments = ["solara", *arguments, "--no-open", "--port", str(port)]
    code = f"import runpy, sys\nsys.argv = {arguments!r}\nrunpy.run_module('solara', run_name='__main__')"
    with served(code, tmp_path, **{name: value}) as found:
        for _ in range(300):
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield found


def read_texts(model):
    return ", ".join(f"{action} {count}" for action, count in zip(ACTIONS, model.tally(), strict=True))


@pytest.mark.filterwarnings("ignore")  # of Mesa and Solara among themselves
def test_the_example_steps_and_resets_in_a_browser(address, opened):
    page = opened(address)
    page.wait_for_selector("text=oppose 0, absent 0, abstain 0, support 0", timeout=60_000)
    vote = example()["Vote"]
    model = vote()
    for _ in range(3):
        model.step()
        page.click("button:has-text('Step')")
        page.wait_for_selector(f"text={read_texts(model)}")
    assert page.wait_for_selector("img, .jupyter-matplotlib, canvas").is_visible()
    threat = page.locator(".v-input", has_text="the target's threat").locator("[role=slider]")
    threat.focus()
    for _ in range(10):
        threat.press("ArrowRight")
    page.wait_for_timeout(500)
    page.click("button:has-text('Reset')")
    page.wait_for_selector("text=oppose 0, absent 0, abstain 0, support 0")
    louder = vote(target_threat=2.0)
    louder.step()
    page.click("button:has-text('Step')")
    page.wait_for_selector(f"text={read_texts(louder)}")
