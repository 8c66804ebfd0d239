"""The example of docs/mesa-page.md, rendered and stepped under Mesa's own page."""

import re
from pathlib import Path

import pytest

pytest.importorskip("solara", reason="Mesa's page needs Solara")
pytest.importorskip("altair", reason="Mesa's page needs Altair")
pytest.importorskip("matplotlib", reason="Mesa's page needs Matplotlib")

DOCUMENT = Path(__file__).parents[2] / "docs" / "mesa-page.md"


@pytest.mark.filterwarnings("ignore")  # of Mesa, Solara and Altair among themselves
def test_the_example_renders_and_steps():
    import ipyvuetify
    import solara

    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    names = {}
    exec(compile(code, DOCUMENT.name, "exec"), names)
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
